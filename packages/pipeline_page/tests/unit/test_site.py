import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.asgi import Answer, messages, request
from tests.unit.shop import BUILD, PIPELINE, PROD, SYNTH, WAITS, Shop, execution, inside, ran, state

from codepipeline_page.authorization import LARGEST, POLICY, ROOT, Authorization, Authorized
from codepipeline_page.site import STATIC, site

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
) -> Answer:
    app = site(shop or Shop(), PIPELINE, Authorization(port=PORT, token=TOKEN))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = list((KNOWN if headers is None else headers).items())
    return request(app, method, f"{ROOT}{path}", query=query, headers=sent, body=content)


def problem(answer: Answer) -> str:
    told: str = json.loads(answer.body)["problem"]
    return told


def test_printed_address_is_exchanged_for_a_cookie() -> None:
    response = ask(headers={"host": HOST}, query=f"token={TOKEN}")
    headers = response.headers
    assert (response.status, headers["location"]) == (303, "/pipeline/")
    assert headers["set-cookie"] == f"{COOKIE}; Path=/pipeline/; HttpOnly; SameSite=Strict"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}"])
def test_cookie_gives_access_to_every_file_of_the_page(host: str) -> None:
    for name in ["", *(path.name for path in STATIC.iterdir())]:
        response = ask(path=name, headers=KNOWN | {"host": host, "sec-fetch-site": "same-origin"})
        assert (response.status, name, bool(response.body)) == (200, name, True)
    assert ask().headers["content-type"] == "text/html; charset=utf-8"


def test_malformed_cookies_of_other_programs_are_ignored() -> None:
    assert ask(headers={"host": HOST, "cookie": f"a(b=c; odd; {COOKIE}; d=e"}).status == 200


def test_content_security_policy_forbids_inline_scripts_and_styles() -> None:
    text = ask().body.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == 1
    assert '<script type="module" src="page.js"></script>' in text
    policy = ask().headers["content-security-policy"]
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
def test_requests_without_the_token_are_refused(headers: dict[str, str], query: str) -> None:
    for path in ("", "page.js", "api/overview", "no-such-page"):
        response = ask(path=path, headers={"host": HOST, **headers}, query=query)
        assert response.status == 403
        assert problem(response) == "token: missing or wrong; open the page by the address printed at its start"
    posted = ask(method="POST", path="api/approvals", headers={**POSTS, "cookie": "", **headers}, body=ANSWER)
    assert posted.status == 403


def test_token_in_the_address_opens_only_the_page() -> None:
    assert ask(path="api/overview", headers={"host": HOST}, query=f"token={TOKEN}").status == 403
    headers = {name: value for name, value in POSTS.items() if name != "cookie"}
    assert ask(method="POST", headers=headers, query=f"token={TOKEN}").status == 403


@pytest.mark.parametrize("host", ["", "evil.example:4567", "127.0.0.1", "127.0.0.1:1", f"{HOST}, {HOST}"])
def test_other_hosts_are_refused(host: str) -> None:
    assert ask(headers=KNOWN | {"host": host}).status == 421


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(method: str) -> None:
    response = ask(method=method, headers=POSTS)
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD, POST")


def test_wrong_method_is_refused_with_the_allowed_ones() -> None:
    for path in ("", "api/overview", "page.js"):
        response = ask(method="POST", path=path, headers=POSTS, body={})
        assert (response.status, response.headers["allow"]) == (405, "GET, HEAD")
    response = ask(path="api/approvals")
    assert (response.status, response.headers["allow"]) == (405, "POST")


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
def test_posts_from_other_sites_are_refused(headers: dict[str, str]) -> None:
    shop = Shop()
    response = ask(shop, "POST", "api/approvals", headers=POSTS | headers, body=ANSWER)
    assert (response.status, problem(response)) == (
        403,
        "origin: another site sent this request; open the page by the printed address",
    )
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
def test_other_sites_may_link_to_the_page_but_not_load_it(headers: dict[str, str], status: int) -> None:
    assert ask(headers=KNOWN | headers).status == status


# Answers


def test_approval_is_sent_with_its_comment() -> None:
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


def test_retry_and_stop_are_sent() -> None:
    shop = Shop()
    retried = {"pipelineName": PIPELINE, "stageName": "Prod", "pipelineExecutionId": "one", "retryMode": "ALL_ACTIONS"}
    shop.answers("codepipeline", "retry_stage_execution", {}, retried)
    stopped = {"pipelineName": PIPELINE, "pipelineExecutionId": "one", "abandon": False, "reason": "late"}
    shop.answers("codepipeline", "stop_pipeline_execution", {}, stopped)
    retry = {"stage": "Prod", "execution": "one", "mode": "ALL_ACTIONS"}
    assert ask(shop, "POST", "api/retries", POSTS, body=retry).status == 200
    assert ask(shop, "POST", "api/stops", POSTS, body={"execution": "one", "reason": "late"}).status == 200
    shop.everything_was_asked()


def test_codepipeline_error_is_reported_in_its_words() -> None:
    shop = Shop()
    shop.refuses("codepipeline", "put_approval_result", "ApprovalAlreadyCompletedException", "answered already")
    response = ask(shop, "POST", "api/approvals", POSTS, body=ANSWER)
    assert response.status == 409
    assert problem(response) == "PutApprovalResult: answered already (ApprovalAlreadyCompletedException)"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (ANSWER | {"answer": "Rejected", "comment": "  "}, "comment: missing; a rejection needs a reason"),
        (ANSWER | {"answer": "Perhaps"}, "answer: Input should be 'Approved' or 'Rejected'"),
        (ANSWER | {"comment": "x" * 513}, "comment: String should have at most 512 characters"),
        (ANSWER | {"more": 1}, "more: Extra inputs are not permitted"),
        (ANSWER | {"stage": ""}, "stage: String should have at least 1 character"),
        (b"stage=Prod", "Invalid JSON: expected value at line 1 column 1"),
    ],
)
def test_invalid_command_is_refused_with_the_reason(body: Any, told: str) -> None:
    shop = Shop()
    response = ask(shop, "POST", "api/approvals", POSTS, body=body)
    assert (response.status, problem(response)) == (400, told)
    assert shop.asked == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_command_without_json_content_type_is_refused(kind: str) -> None:
    response = ask(None, "POST", "api/approvals", POSTS | {"content-type": kind}, body=ANSWER)
    assert response.status == 415


# Reading


def test_every_read_route_answers() -> None:
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


def test_unchanged_answer_is_not_sent_again() -> None:
    shop = Shop()
    for _ in range(2):
        shop.defines(BUILD, PROD)
        shop.lists()
    first = ask(shop, path="api/history")
    tag = first.headers["etag"]
    again = ask(shop, path="api/history", headers=KNOWN | {"if-none-match": tag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("no-such-page", "", 404),
        ("../codepipeline_page/authorization.py", "", 404),
        ("api/nothing", "", 404),
        ("api/history", "strange=1", 400),
        ("api/history", "execution=1", 400),
    ],
)
def test_unknown_address_or_parameter_is_refused(path: str, query: str, status: int) -> None:
    assert ask(path=path, query=query).status == status


@pytest.mark.parametrize(
    "path",
    [
        "/page.js",
        "/",
        "/pipeline/static/page.js",
        "/pipeline/../page.js",
        "/pipeline/..%2fcommand.py",
        "/pipeline/../codepipeline_page/command.py",
        "/pipeline//etc/passwd",
        "/pipeline/page.js/../../command.py",
        "/pipeline/page.js\x00",
    ],
)
def test_address_outside_the_page_is_refused(path: str) -> None:
    app = site(Shop(), PIPELINE, Authorization(port=PORT, token=TOKEN))
    answer = request(app, "GET", path, headers=KNOWN.items())
    assert (answer.status, problem(answer)) == (404, "address: not found")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"transfer-encoding": "chunked"}, 411),
        ({"content-length": "many"}, 411),
        ({"content-length": "-1"}, 411),
        ({"content-length": "²"}, 411),
        ({"content-length": f"{LARGEST + 1}"}, 413),
    ],
)
def test_body_of_unknown_or_great_length_is_refused(headers: dict[str, str], status: int) -> None:
    shop = Shop()
    response = ask(shop, "POST", "api/approvals", headers=POSTS | headers, body=ANSWER)
    assert (response.status, response.headers["connection"]) == (status, "close")
    assert shop.asked == []


def test_repeated_headers_are_refused() -> None:
    app = site(Shop(), PIPELINE, Authorization(port=PORT, token=TOKEN))
    for name, value, status in (("host", HOST, 421), ("origin", f"http://{HOST}", 403), ("origin", "null", 403)):
        answer = request(app, "POST", f"{ROOT}api/stops", headers=[*POSTS.items(), (name, value)], body=b"{}")
        assert answer.status == status
    cookies = [("host", HOST), ("cookie", "other=1"), ("cookie", COOKIE)]
    assert request(app, "GET", ROOT, headers=cookies).status == 200


def test_websocket_is_closed() -> None:
    app = Authorized(site(Shop(), PIPELINE, Authorization(port=PORT, token=TOKEN)), Authorization(port=1, token="t"))
    sent = messages(app, "websocket", ROOT, headers=KNOWN.items())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_lifespan_reaches_the_application() -> None:
    app = site(Shop(), PIPELINE, Authorization(port=PORT, token=TOKEN))
    assert [each["type"] for each in messages(app, "lifespan", ROOT)] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_fault_of_the_page_is_reported_and_raised_for_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("codepipeline_page.site.history", fail)
    app = site(Shop(), PIPELINE, Authorization(port=PORT, token=TOKEN))
    sent = messages(app, "http", f"{ROOT}api/history", headers=KNOWN.items(), fails=ZeroDivisionError)
    assert sent[0]["status"] == 500
    assert (b"content-security-policy", POLICY.encode()) in sent[0]["headers"]
    assert json.loads(sent[1]["body"]) == {"problem": "the page itself failed; its log has the traceback"}


# Downloads


def logged(shop: Shop, *messages: str, follows: str = "") -> None:
    place = {"groupName": "group", "streamName": "stream"}
    shop.answers("codebuild", "batch_get_builds", {"builds": [{"id": "b", "logs": place}]})
    events = [{"timestamp": 0, "message": each} for each in messages]
    shop.answers("logs", "get_log_events", {"events": events, **({"nextForwardToken": follows} if follows else {})})


LOGGED = ran("Build", "Synth", "Failed", externalExecutionId="b")
LOG = f"api/executions/one/runs/{LOGGED['actionExecutionId']}/log.txt"


def test_full_log_is_downloaded_as_text() -> None:
    shop = Shop()
    shop.ran(LOGGED)
    logged(shop, "one <b>", follows="f/1")
    logged(shop, "two")
    answer = ask(shop, path=LOG)
    assert answer.body.decode() == "1970-01-01T00:00:00+00:00 one <b>\n1970-01-01T00:00:00+00:00 two\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="delivery-one-Build-Sy.log"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == POLICY


def test_full_log_requires_the_token() -> None:
    shop = Shop()
    assert ask(shop, path=LOG, headers={"host": HOST}).status == 403
    assert ask(shop, path=LOG, headers={"host": HOST}, query=f"token={TOKEN}").status == 403
    assert ask(shop, path=LOG, headers=KNOWN | {"sec-fetch-site": "cross-site"}).status == 403
    assert shop.asked == []


def test_full_log_ends_with_the_error_that_interrupted_it() -> None:
    shop = Shop()
    shop.ran(LOGGED)
    logged(shop, "one", follows="f/1")
    shop.refuses("codebuild", "batch_get_builds", "AccessDenied", "not so")
    last = ask(shop, path=LOG).body.decode().splitlines()[-1]
    assert last == "[codepipeline-page] the log is incomplete: BatchGetBuilds: not so (AccessDenied)"


def test_full_log_of_unknown_run_is_not_found() -> None:
    shop = Shop()
    shop.ran()
    answer = ask(shop, path=LOG)
    assert (answer.status, problem(answer).split(";")[1]) == (404, " reload the page")


def test_aws_error_is_reported_in_one_line() -> None:
    shop = Shop()
    shop.refuses("codepipeline", "get_pipeline", "AccessDenied", "User x may not codepipeline:GetPipeline")
    response = ask(shop, path="api/overview")
    assert response.status == 502
    assert problem(response) == "GetPipeline: User x may not codepipeline:GetPipeline (AccessDenied)"
    shop.defines(BUILD)
    response = ask(shop, path="api/stages/None/resources")
    assert (response.status, problem(response)) == (404, "delivery: no stage None; reload the page")
