"""State machines and pipelines that an action invokes."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Service, context, log_of
from tests.unit.engine.samples import action, named

from cdk_rehearsal.actions import pipeline_invoke, step_functions
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.engine.providers import PIPELINE_INVOKE, STEP_FUNCTIONS

MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:check"
EXECUTION = "arn:aws:states:eu-west-1:111111111111:execution:check:run-1"


def machine(*states: Any, kind: str = "STANDARD") -> Service:
    return Service(
        {
            "describe_state_machine": [{"type": kind}],
            "start_execution": [{"executionArn": EXECUTION}],
            "describe_execution": list(states),
        }
    )


def invocation(tmp_path: Path, service: Service, *, files: Any = None, **configuration: str) -> Any:
    settings = {"StateMachineArn": MACHINE, **configuration}
    inputs = named("Files") if files is not None else ()
    declared = action("Invoke", STEP_FUNCTIONS, configuration=settings, input_artifacts=inputs)
    return context(tmp_path, declared, services={"stepfunctions": service}, files={"Files": files} if files else None)


def test_a_standard_execution_is_waited_for_and_named_by_the_run(tmp_path: Path) -> None:
    service = machine({"status": "RUNNING"}, {"status": "SUCCEEDED", "output": '{"answer": 42}'})
    found = invocation(tmp_path, service)
    outcome = step_functions.run(found)
    assert outcome.variables == {"StateMachineArn": MACHINE, "ExecutionArn": EXECUTION}
    assert service.asked("start_execution") == {"stateMachineArn": MACHINE, "name": "run-1", "input": "{}"}
    assert 'output {"answer": 42}' in log_of(found)


def test_an_express_execution_is_not_waited_for(tmp_path: Path) -> None:
    service = machine(kind="EXPRESS")
    found = invocation(tmp_path, service, ExecutionNamePrefix="mine", Input='{"a": 1}')
    assert step_functions.run(found).variables == {"StateMachineArn": MACHINE}
    asked = service.asked("start_execution")
    assert (asked["name"], asked["input"]) == ("mine-run-1", '{"a": 1}')


def test_the_input_may_be_a_file_of_the_artifact(tmp_path: Path) -> None:
    service = machine({"status": "SUCCEEDED"})
    files = {"assets/input.json": b'{"b": 2}'}
    step_functions.run(invocation(tmp_path, service, files=files, InputType="FilePath", Input="assets/input.json"))
    assert service.asked("start_execution")["input"] == '{"b": 2}'
    with pytest.raises(ActionFailedError, match=r"artifact Files has no file other\.json"):
        step_functions.run(invocation(tmp_path, service, files=files, InputType="FilePath", Input="other.json"))


@pytest.mark.parametrize("configuration", [{"InputType": "FilePath"}, {"InputType": "FilePath", "Input": "a.json"}])
def test_a_file_needs_a_name_and_an_artifact(tmp_path: Path, configuration: dict[str, str]) -> None:
    with pytest.raises(ActionFailedError, match="InputType FilePath needs an Input and an input artifact"):
        step_functions.run(invocation(tmp_path, machine(), **configuration))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"status": "FAILED", "error": "Bad", "cause": "no table"}, "is FAILED: Bad: no table"),
        ({"status": "TIMED_OUT"}, "is TIMED_OUT: no reason given"),
    ],
)
def test_an_execution_that_does_not_succeed_fails_the_action(tmp_path: Path, state: Any, said: str) -> None:
    with pytest.raises(ActionFailedError, match=said):
        step_functions.run(invocation(tmp_path, machine(state)))


def test_an_execution_that_goes_on_for_ever_fails_after_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_functions, "LONGEST_SECONDS", 3 * step_functions.LOOK_SECONDS)
    service = machine({"status": "RUNNING"})
    with pytest.raises(ActionFailedError, match="did not end within 7 days"):
        step_functions.run(invocation(tmp_path, service))
    assert [name for name, _ in service.calls].count("describe_execution") == 3


def pipeline(tmp_path: Path, service: Service, **configuration: str) -> Any:
    declared = action("Invoke", PIPELINE_INVOKE, configuration={"PipelineName": "other", **configuration})
    return context(tmp_path, declared, services={"codepipeline": service})


def test_another_pipeline_is_started_with_what_is_declared(tmp_path: Path) -> None:
    service = Service({"start_pipeline_execution": [{"pipelineExecutionId": "e-2"}]})
    variables, revisions = [{"name": "A", "value": "1"}], [{"actionName": "S", "revisionType": "COMMIT_ID"}]
    found = pipeline(tmp_path, service, Variables=json.dumps(variables), SourceRevisions=json.dumps(revisions))
    assert pipeline_invoke.run(found).summary == "Execution e-2 of pipeline other started"
    assert service.asked("start_pipeline_execution") == {
        "name": "other",
        "variables": variables,
        "sourceRevisions": revisions,
    }


@pytest.mark.parametrize(("text", "said"), [("{", "Variables is no JSON: "), ("{}", "Variables is no JSON list")])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ActionFailedError, match=said) as failed:
        pipeline_invoke.run(pipeline(tmp_path, Service({}), Variables=text))
    assert failed.value.code == "ConfigurationError"
