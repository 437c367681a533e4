"""A stubbed pipeline: responses are validated against botocore's service models, and no socket is opened."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

import boto3
from botocore.stub import Stubber

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
PIPELINE = "delivery"
ROLE = "arn:aws:iam::333333333333:role/cdk-hnb659fds-deploy-role-333333333333-us-east-1"
CHANGE_SET = "arn:aws:cloudformation:us-east-1:333333333333:changeSet/PipelineChange/1"
PLACE = ("artifacts", "assembly")
Json = dict[str, Any]


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


@cache
def client(service: str) -> Any:
    """Return the service's client, made once per test run: that takes far longer than a test."""
    return boto3.session.Session().client(
        service,
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="1" * 12,
        aws_secret_access_key="nobody's",
    )


class Shop:
    """Stubbed clients by service, which record what was asked for. A new shop takes the clients from the last one."""

    _active: ClassVar[list[Stubber]] = []

    def __init__(self) -> None:
        while self._active:
            self._active.pop().deactivate()
        self._stubs: dict[str, Stubber] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []

    def _stub(self, service: str) -> Stubber:
        if service not in self._stubs:
            self._stubs[service] = Stubber(client(service))
            self._stubs[service].activate()
            self._active.append(self._stubs[service])
        return self._stubs[service]

    def __call__(self, service: str, *, role: str | None = None, region: str | None = None) -> Any:
        self.asked.append((service, role, region))
        self._stub(service)
        return client(service)

    def answers(self, service: str, operation: str, answer: Json, expected: Json | None = None) -> None:
        self._stub(service).add_response(operation, answer, expected)

    def refuses(self, service: str, operation: str, code: str, message: str = "no") -> None:
        self._stub(service).add_client_error(operation, code, message)

    def everything_was_asked(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()

    # The pipeline

    def defines(self, *stages: Json, **members: Any) -> None:
        pipeline = {"name": PIPELINE, "roleArn": ROLE, "version": 3, "stages": list(stages), **members}
        self.answers("codepipeline", "get_pipeline", {"pipeline": pipeline}, {"name": PIPELINE})

    def stands(self, *states: Json) -> None:
        self.answers("codepipeline", "get_pipeline_state", {"stageStates": list(states)}, {"name": PIPELINE})

    def lists(self, *executions: Json) -> None:
        self.answers("codepipeline", "list_pipeline_executions", {"pipelineExecutionSummaries": list(executions)})

    def ran(self, *details: Json, execution: str = "one") -> None:
        self.answers(
            "codepipeline",
            "list_action_executions",
            {"actionExecutionDetails": list(details)},
            {"pipelineName": PIPELINE, "filter": {"pipelineExecutionId": execution}},
        )

    def holds(self, files: Mapping[str, bytes] | bytes) -> None:
        body = files if isinstance(files, bytes) else archive(files)
        self.answers(
            "s3",
            "get_object",
            {"Body": io.BytesIO(body), "ContentLength": len(body)},
            {"Bucket": PLACE[0], "Key": PLACE[1]},
        )


def archive(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as into:
        for name, content in files.items():
            into.writestr(name, content)
    return written.getvalue()


def action(name: str, provider: str = "CodeBuild", order: int = 1, **configuration: str) -> Json:
    category = {"Manual": "Approval", "CloudFormation": "Deploy", "CodeBuild": "Build"}[provider]
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "runOrder": order,
        "configuration": configuration,
        **({"roleArn": ROLE, "region": "us-east-1"} if provider == "CloudFormation" else {}),
    }


def stage(name: str, *actions: Json) -> Json:
    return {"name": name, "actions": list(actions)}


BUILD = stage("Build", action("Synth"))
PROD = stage(
    "Prod",
    action("Approve", "Manual", CustomData="Look twice", ExternalEntityLink="https://example.com/"),
    action(
        "Prepare",
        "CloudFormation",
        2,
        StackName="prod",
        ChangeSetName="PipelineChange",
        ActionMode="CHANGE_SET_REPLACE",
        TemplatePath="Assembly::prod.template.json",
    ),
    action("Deploy", "CloudFormation", 3, StackName="prod", ActionMode="CHANGE_SET_EXECUTE"),
)


def execution(id_: str = "one", status: str = "InProgress", **members: Any) -> Json:
    return {
        "pipelineExecutionId": id_,
        "status": status,
        "startTime": at(0),
        "lastUpdateTime": at(9),
        "sourceRevisions": [
            {"actionName": "Source", "revisionId": "c0ffee", "revisionSummary": '{"CommitMessage": "Change a thing"}'}
        ],
        "trigger": {"triggerType": "WebhookV2"},
        **members,
    }


def ran(
    stage_: str,
    action_: str,
    status: str = "Succeeded",
    *,
    provider: str = "CodeBuild",
    start: float = 0,
    end: float = 2,
    outputs: Mapping[str, tuple[str, str]] | None = None,
    configuration: Mapping[str, str] | None = None,
    execution_: str = "one",
    **result: Any,
) -> Json:
    category = {"Manual": "Approval", "CloudFormation": "Deploy", "CodeBuild": "Build"}[provider]
    return {
        "pipelineExecutionId": execution_,
        "actionExecutionId": f"{stage_}-{action_}-{start}",
        "stageName": stage_,
        "actionName": action_,
        "status": status,
        "startTime": at(start),
        "lastUpdateTime": at(end),
        "input": {
            "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
            "configuration": dict(configuration or {}),
            **({"roleArn": ROLE} if provider == "CloudFormation" else {}),
        },
        "output": {
            "outputArtifacts": [
                {"name": name, "s3location": {"bucket": bucket, "key": key}}
                for name, (bucket, key) in (outputs or {}).items()
            ],
            "executionResult": result,
        },
    }


SYNTH = ran("Build", "Synth", outputs={"Assembly": PLACE})


def state(name: str, *actions: Json, **members: Any) -> Json:
    return {"stageName": name, "actionStates": list(actions), "inboundTransitionState": {"enabled": True}, **members}


def inside(execution_: str, status: str) -> Json:
    return {"latestExecution": {"pipelineExecutionId": execution_, "status": status}}


WAITS = {
    "actionName": "Approve",
    "latestExecution": {"status": "InProgress", "token": "the-token", "lastStatusChange": at(3)},
}

Template = Callable[..., bytes]


def template(**resources: Any) -> bytes:
    return json.dumps({"Resources": resources}).encode()
