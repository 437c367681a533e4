import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Reports, Service, client_error, context, log_of
from tests.unit.engine.samples import action, named

from cdk_rehearsal.actions import lambda_invoke
from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, JobResult
from cdk_rehearsal.engine.definition import Action
from cdk_rehearsal.engine.providers import LAMBDA


def invocation(**members: Any) -> Action:
    return action(
        "Call", LAMBDA, configuration={"FunctionName": "check", **members.pop("configuration", {})}, **members
    )


def functions(*answers: Any) -> Service:
    return Service({"list_functions": [{"Functions": []}], "invoke": list(answers or [{"StatusCode": 202}])})


def called(tmp_path: Path, *results: JobResult | None, service: Service | None = None, **more: Any) -> ActionContext:
    return context(
        tmp_path,
        more.pop("action", invocation()),
        services={"lambda": service or functions()},
        reports=Reports(results=list(results)),
        **more,
    )


def events(service: Service) -> list[dict[str, Any]]:
    return [json.loads(members["Payload"]) for name, members in service.calls if name == "invoke"]


def test_the_function_is_invoked_asynchronously_with_a_job_and_its_variables_are_the_action_s(tmp_path: Path) -> None:
    service = functions()
    result = JobResult(summary="fine", variables={"Answer": "42"}, external_id="run", percent=100)
    found = called(tmp_path, None, result, service=service, output=["looking"])
    outcome = lambda_invoke.run(found)
    assert (outcome.summary, outcome.variables) == ("fine", {"Answer": "42"})
    asked = service.asked("invoke")
    assert (asked["FunctionName"], asked["InvocationType"]) == ("check", "Event")
    (event,) = events(service)
    assert event["CodePipeline.job"]["id"] == "job-1"
    assert "check: looking" in log_of(found)
    assert found.progress.said[-1] == {"external_id": "run", "summary": "fine", "percent": 100}  # type: ignore[attr-defined]


def test_a_continuation_is_a_new_job_with_the_token(tmp_path: Path) -> None:
    service = functions()
    lambda_invoke.run(called(tmp_path, JobResult(continuation="later", summary="half"), JobResult(), service=service))
    first, second = (event["CodePipeline.job"] for event in events(service))
    assert "continuationToken" not in first["data"]
    assert (second["id"], second["data"]["continuationToken"]) == ("job-2", "later")


def test_a_failure_has_the_type_and_the_words_that_the_function_gave_it(tmp_path: Path) -> None:
    with pytest.raises(ActionFailedError, match=r"^no table$") as failed:
        lambda_invoke.run(called(tmp_path, JobResult(failure="PermissionError", summary="no table")))
    assert failed.value.code == "PermissionError"


def test_a_function_that_never_answers_fails_after_twenty_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def nothing(_: Reports, job: str, timeout: float) -> None:
        looks.append(timeout)

    monkeypatch.setattr(Reports, "job_result", nothing)
    with pytest.raises(ActionFailedError, match="The AWS Lambda function check failed to return a result"):
        lambda_invoke.run(called(tmp_path))
    assert sum(looks) == 20 * 60


def test_a_function_that_goes_on_for_ever_fails_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_invoke, "LONGEST_SECONDS", 3)
    service = functions()
    forever = [JobResult(continuation="again")] * 10
    with pytest.raises(ActionFailedError, match="check did not come to an end within 24 hours"):
        lambda_invoke.run(called(tmp_path, *forever, service=service))
    assert len(events(service)) == 3


def test_a_role_that_may_not_list_functions_fails_before_anything_is_invoked(tmp_path: Path) -> None:
    service = functions()
    service.answers["list_functions"] = [client_error("AccessDeniedException", "no", "ListFunctions")]
    with pytest.raises(Exception, match="ListFunctions"):
        lambda_invoke.run(called(tmp_path, service=service))
    assert events(service) == []


def test_the_event_names_artifacts_revisions_credentials_and_the_key(tmp_path: Path) -> None:
    service = functions()
    both = invocation(
        configuration={"UserParameters": "x"},
        input_artifacts=named("Files", "Built"),
        output_artifacts=named("Made"),
    )
    found = called(
        tmp_path,
        JobResult(),
        service=service,
        action=both,
        files={"Files": {}, "Built": {}},
        revisions={"Files": "c0ffee"},
        key="arn:aws:kms:eu-west-1:111111111111:key/1",
    )
    lambda_invoke.run(found)
    (event,) = events(service)
    data = event["CodePipeline.job"]["data"]
    assert event["CodePipeline.job"]["accountId"] == "111111111111"
    assert data.keys() == {
        "actionConfiguration",
        "inputArtifacts",
        "outputArtifacts",
        "artifactCredentials",
        "encryptionKey",
    }
    assert [(each["name"], each["revision"]) for each in data["inputArtifacts"]] == [
        ("Files", "c0ffee"),
        ("Built", None),
    ]
    assert data["encryptionKey"] == {"id": "arn:aws:kms:eu-west-1:111111111111:key/1", "type": "KMS"}
    policy = json.loads(data["artifactCredentials"]["sessionToken"])
    read, write, _ = policy["Statement"]
    assert read["Resource"] == [f"arn:aws:s3:::artifacts/delivery/{name}/in" for name in ("Files", "Built")]
    assert (write["Action"], write["Resource"]) == (["s3:PutObject"], ["arn:aws:s3:::artifacts/delivery/Made/out"])


def test_an_action_without_artifacts_lends_credentials_that_reach_none(tmp_path: Path) -> None:
    service = functions()
    lambda_invoke.run(called(tmp_path, JobResult(), service=service))
    (event,) = events(service)
    (kms,) = json.loads(event["CodePipeline.job"]["data"]["artifactCredentials"]["sessionToken"])["Statement"]
    assert all(name.startswith("kms:") for name in kms["Action"])


def test_the_details_of_a_job_name_what_an_event_leaves_out_and_have_no_null(tmp_path: Path) -> None:
    found = called(tmp_path, JobResult(), action=invocation(input_artifacts=named("Files")), files={"Files": {}})
    lambda_invoke.run(found)
    (details,) = (each() for each in found.progress.jobs)  # type: ignore[attr-defined]
    assert details["actionTypeId"] == {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"}
    assert details["pipelineContext"]["pipelineArn"] == found.pipeline_arn
    assert "revision" not in details["inputArtifacts"][0]
