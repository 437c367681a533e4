import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.shop import BUILD, PIPELINE, PROD, SYNTH, WAITS, Shop, execution, inside, state

from codepipeline_page.guard import ROOT, Guard, Request
from codepipeline_page.site import STATIC, Response, Site

PORT, TOKEN = 4567, "the-token-of-the-page"
HOST = f"127.0.0.1:{PORT}"
COOKIE = f"delivery-page-{PORT}={TOKEN}"
KNOWN = {"host": HOST, "cookie": COOKIE}
POSTS = KNOWN | {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin", "content-type": "application/json"}
ANSWER = {"stage": "Prod", "action": "Approve", "token": "t", "answer": "Approved", "comment": " go "}


def ask(
    shop: Shop | None = None,
    method: str = "GET",
    path: str = "",
    headers: Mapping[str, str] | None = None,
    query: str = "",
    body: Any = None,
) -> Response:
    site = Site(shop or Shop(), PIPELINE, Guard(port=PORT, token=TOKEN))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site.answer(
        Request(
            method=method,
            path=f"{ROOT}{path}",
            query=query,
            headers=KNOWN if headers is None else headers,
            body=content,
        )
    )


def problem(response: Response) -> str:
    told: str = json.loads(response.body)["problem"]
    return told


def test_the_printed_address_is_turned_into_a_cookie_and_an_address_without_the_token() -> None:
    response = ask(headers={"host": HOST}, query=f"token={TOKEN}")
    headers = dict(response.all_headers())
    assert (response.status, headers["Location"]) == (303, "/pipeline/")
    assert headers["Set-Cookie"] == f"{COOKIE}; Path=/pipeline/; HttpOnly; SameSite=Strict"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}"])
def test_whoever_holds_the_cookie_gets_the_page_and_all_that_it_loads(host: str) -> None:
    for name in ["", *(path.name for path in STATIC.iterdir())]:
        response = ask(path=name, headers=KNOWN | {"host": host, "sec-fetch-site": "same-origin"})
        assert (response.status, name, bool(response.body)) == (200, name, True)
    assert dict(ask().all_headers())["Content-Type"] == "text/html; charset=utf-8"


def test_cookies_of_others_on_this_machine_do_not_get_in_the_way() -> None:
    assert ask(headers={"host": HOST, "cookie": f"a(b=c; odd; {COOKIE}; d=e"}).status == 200


def test_the_page_holds_no_script_and_no_style_of_its_own_and_its_policy_allows_none() -> None:
    text = ask().body.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == 1
    assert '<script type="module" src="page.js"></script>' in text
    policy = dict(ask().all_headers())["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({}, "token="),
        ({}, "token=wrong"),
        ({"cookie": f"delivery-page-{PORT}=wrong"}, ""),
        ({"cookie": f"delivery-page-1={TOKEN}"}, ""),
        ({"cookie": "delivery-page-4567=\x00;="}, ""),
        ({"cookie": f"x{COOKIE}"}, ""),
        ({"cookie": "a=b; \x7f{}=;"}, ""),
    ],
)
def test_without_the_token_nothing_is_answered(headers: dict[str, str], query: str) -> None:
    for path in ("", "page.js", "api/overview", "no-such-page"):
        response = ask(path=path, headers={"host": HOST, **headers}, query=query)
        assert response.status == 403
        assert problem(response) == "Open the page by the address that was printed when it was started"
    posted = ask(method="POST", path="api/approvals", headers={**POSTS, "cookie": "", **headers}, body=ANSWER)
    assert posted.status == 403


def test_the_token_in_an_address_opens_the_page_alone() -> None:
    assert ask(path="api/overview", headers={"host": HOST}, query=f"token={TOKEN}").status == 403
    headers = {name: value for name, value in POSTS.items() if name != "cookie"}
    assert ask(method="POST", headers=headers, query=f"token={TOKEN}").status == 403


@pytest.mark.parametrize("host", ["", "evil.example:4567", "127.0.0.1", "127.0.0.1:1", f"{HOST}, {HOST}"])
def test_another_host_is_misdirected(host: str) -> None:
    assert ask(headers=KNOWN | {"host": host}).status == 421


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_not_allowed(method: str) -> None:
    response = ask(method=method, headers=POSTS)
    assert (response.status, dict(response.headers)["Allow"]) == (405, "GET, HEAD, POST")


def test_a_method_that_an_address_does_not_have_is_not_allowed() -> None:
    for path in ("", "api/overview", "page.js"):
        response = ask(method="POST", path=path, headers=POSTS, body={})
        assert (response.status, dict(response.headers)["Allow"]) == (405, "GET, HEAD")
    response = ask(path="api/approvals")
    assert (response.status, dict(response.headers)["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_what_another_site_posts_is_refused(headers: dict[str, str]) -> None:
    shop = Shop()
    response = ask(shop, "POST", "api/approvals", headers=POSTS | headers, body=ANSWER)
    assert (response.status, problem(response)) == (403, "Another site asked for this")
    without = {name: value for name, value in POSTS.items() if name != "origin"}
    assert ask(shop, "POST", "api/approvals", headers=without, body=ANSWER).status == 403
    assert shop.asked == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
        ({"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, 200),
        ({"origin": f"http://{HOST}"}, 200),
    ],
)
def test_another_site_may_lead_to_the_page_but_load_nothing_of_it(headers: dict[str, str], status: int) -> None:
    assert ask(headers=KNOWN | headers).status == status


# Answers


def test_an_approval_is_given_with_its_comment() -> None:
    shop = Shop()
    given = {
        "pipelineName": PIPELINE,
        "stageName": "Prod",
        "actionName": "Approve",
        "token": "t",
        "result": {"status": "Approved", "summary": "go"},
    }
    shop.answers("codepipeline", "put_approval_result", {}, given)
    response = ask(shop, "POST", "api/approvals", POSTS, body=ANSWER)
    assert (response.status, json.loads(response.body)) == (200, {"done": "Approved: Prod · Approve"})
    shop.everything_was_asked()


def test_a_stage_is_run_again_and_an_execution_is_stopped() -> None:
    shop = Shop()
    retried = {"pipelineName": PIPELINE, "stageName": "Prod", "pipelineExecutionId": "one", "retryMode": "ALL_ACTIONS"}
    shop.answers("codepipeline", "retry_stage_execution", {}, retried)
    stopped = {"pipelineName": PIPELINE, "pipelineExecutionId": "one", "abandon": False, "reason": "late"}
    shop.answers("codepipeline", "stop_pipeline_execution", {}, stopped)
    retry = {"stage": "Prod", "execution": "one", "mode": "ALL_ACTIONS"}
    assert ask(shop, "POST", "api/retries", POSTS, body=retry).status == 200
    assert ask(shop, "POST", "api/stops", POSTS, body={"execution": "one", "reason": "late"}).status == 200
    shop.everything_was_asked()


def test_what_codepipeline_refuses_is_told_in_its_words() -> None:
    shop = Shop()
    shop.refuses("codepipeline", "put_approval_result", "ApprovalAlreadyCompletedException", "answered already")
    response = ask(shop, "POST", "api/approvals", POSTS, body=ANSWER)
    assert response.status == 409
    assert problem(response) == "PutApprovalResult: answered already (ApprovalAlreadyCompletedException)"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (ANSWER | {"answer": "Rejected", "comment": "  "}, "a rejection needs a comment that says why"),
        (ANSWER | {"answer": "Perhaps"}, "answer: Input should be 'Approved' or 'Rejected'"),
        (ANSWER | {"comment": "x" * 513}, "comment: String should have at most 512 characters"),
        (ANSWER | {"more": 1}, "more: Extra inputs are not permitted"),
        (ANSWER | {"stage": ""}, "stage: String should have at least 1 character"),
        (b"stage=Prod", "Invalid JSON: expected value at line 1 column 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_is_wrong(body: Any, told: str) -> None:
    shop = Shop()
    response = ask(shop, "POST", "api/approvals", POSTS, body=body)
    assert (response.status, problem(response)) == (400, told)
    assert shop.asked == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_an_answer_is_json_and_says_so(kind: str) -> None:
    response = ask(None, "POST", "api/approvals", POSTS | {"content-type": kind}, body=ANSWER)
    assert response.status == 415


# Reading


def test_each_part_of_the_page_is_answered() -> None:
    shop = Shop()
    shop.defines(BUILD, PROD)
    shop.stands(state("Build"), state("Prod", WAITS, **inside("one", "InProgress")))
    shop.lists(execution())
    shop.ran(SYNTH)
    told = json.loads(ask(shop, path="api/overview", query="execution=one").body)
    assert told["approvals"][0]["token"] == "the-token"
    shop.defines(BUILD, PROD)
    shop.lists()
    assert json.loads(ask(shop, path="api/history").body)["executions"] == []
    shop.ran()
    assert "No build" in json.loads(ask(shop, path="api/executions/one/findings").body)["note"]
    shop.defines(BUILD, PROD)
    shop.ran()
    told = json.loads(ask(shop, path="api/executions/one/stages/Prod/changes").body)
    assert [each["stack"] for each in told] == ["prod"]
    shop.ran(SYNTH)
    path = f"api/executions/one/runs/{SYNTH['actionExecutionId']}/log"
    assert json.loads(ask(shop, path=path, query="after=x").body)["note"] == "The build has not started yet."
    shop.defines(BUILD, PROD)
    assert json.loads(ask(shop, path="api/stages/Build/resources").body) == []
    shop.everything_was_asked()


def test_what_has_not_changed_is_not_sent_again() -> None:
    shop = Shop()
    for _ in range(2):
        shop.defines(BUILD, PROD)
        shop.lists()
    first = ask(shop, path="api/history")
    tag = dict(first.headers)["ETag"]
    again = ask(shop, path="api/history", headers=KNOWN | {"if-none-match": tag})
    assert (again.status, again.body, dict(again.headers)["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("no-such-page", "", 404),
        ("../page/guard.py", "", 404),
        ("api/nothing", "", 404),
        ("api/history", "strange=1", 400),
        ("api/history", "execution=1", 400),
    ],
)
def test_what_is_not_there_is_refused(path: str, query: str, status: int) -> None:
    assert ask(path=path, query=query).status == status


def test_an_address_outside_the_page_is_refused() -> None:
    site = Site(Shop(), PIPELINE, Guard(port=PORT, token=TOKEN))
    assert site.answer(Request(method="GET", path="/page.js", headers=KNOWN)).status == 404


def test_what_aws_refuses_or_does_not_have_is_a_readable_line() -> None:
    shop = Shop()
    shop.refuses("codepipeline", "get_pipeline", "AccessDenied", "User x may not codepipeline:GetPipeline")
    response = ask(shop, path="api/overview")
    assert response.status == 502
    assert problem(response) == "GetPipeline: User x may not codepipeline:GetPipeline (AccessDenied)"
    shop.defines(BUILD)
    response = ask(shop, path="api/stages/None/resources")
    assert (response.status, problem(response)) == (404, "delivery has no stage None")
