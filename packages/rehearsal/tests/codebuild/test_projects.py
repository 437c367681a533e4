"""Projects keep every setting that a build reads, whoever made them."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codebuild.site import LOGS, Emulator

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SPEC = "version: 0.2\nphases:\n  build:\n    commands: [echo $FLAVOUR]\n"
PROPERTIES: dict[str, Any] = {
    "Name": "from-template",
    "Source": {"Type": "NO_SOURCE", "BuildSpec": SPEC},
    "Artifacts": {"Type": "NO_ARTIFACTS"},
    "Environment": {
        "Type": "LINUX_CONTAINER",
        "Image": "aws/codebuild/standard:7.0",
        "ComputeType": "BUILD_GENERAL1_SMALL",
        "EnvironmentVariables": [{"Name": "FLAVOUR", "Type": "PLAINTEXT", "Value": "vanilla"}],
    },
    "TimeoutInMinutes": 15,
    "EncryptionKey": "alias/aws/s3",
    "Cache": {"Type": "LOCAL", "Modes": ["LOCAL_CUSTOM_CACHE"]},
    "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED", "GroupName": "own-group"}},
}


def deploy(emulator: Emulator, action: str, properties: dict[str, Any]) -> str:
    """Create or update the stack and return the state it comes to."""
    template = {"Resources": {"Project": {"Type": "AWS::CodeBuild::Project", "Properties": properties}}}
    cloudformation = emulator.client("cloudformation")
    getattr(cloudformation, f"{action}_stack")(StackName="project", TemplateBody=json.dumps(template))
    for _ in range(200):
        status: str = cloudformation.describe_stacks(StackName="project")["Stacks"][0]["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            return status
        time.sleep(0.05)
    raise AssertionError(status)


def test_a_template_sets_everything_and_an_update_forgets_what_it_leaves_out(emulator: Emulator) -> None:
    role = emulator.role("from-template", LOGS)
    properties = {**PROPERTIES, "ServiceRole": role}
    assert deploy(emulator, "create", properties) == "CREATE_COMPLETE"
    codebuild = emulator.client("codebuild")
    (project,) = codebuild.batch_get_projects(names=["from-template"])["projects"]
    assert project["source"]["buildspec"] == SPEC
    assert project["environment"]["environmentVariables"] == [
        {"name": "FLAVOUR", "type": "PLAINTEXT", "value": "vanilla"}
    ]
    assert project["cache"] == {"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]}
    assert project["logsConfig"]["cloudWatchLogs"]["groupName"] == "own-group"
    assert (project["timeoutInMinutes"], project["serviceRole"]) == (15, role)
    build = emulator.ended(codebuild.start_build(projectName="from-template")["build"]["id"])
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["logs"]["groupName"] == "own-group"
    assert "vanilla" in emulator.log(build["id"])

    less = {
        name: value for name, value in properties.items() if name not in {"Cache", "TimeoutInMinutes", "LogsConfig"}
    }
    assert deploy(emulator, "update", {**less, "EncryptionKey": "arn:aws:kms:us-east-1:1:key/2"}) == "UPDATE_COMPLETE"
    (project,) = codebuild.batch_get_projects(names=["from-template"])["projects"]
    assert project["encryptionKey"] == "arn:aws:kms:us-east-1:1:key/2"
    assert (project["cache"], project["timeoutInMinutes"]) == ({"type": "NO_CACHE"}, 60)
    assert "logsConfig" not in project

    emulator.client("cloudformation").delete_stack(StackName="project")
    assert codebuild.batch_get_projects(names=["from-template"])["projectsNotFound"] == ["from-template"]


def test_the_api_keeps_what_it_was_given(emulator: Emulator) -> None:
    role = emulator.role("from-api", LOGS)
    codebuild = emulator.client("codebuild")
    emulator.project(
        "from-api",
        role,
        source={"type": "NO_SOURCE", "buildspec": SPEC},
        cache={"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]},
    )
    codebuild.update_project(name="from-api", description="changed")
    found = codebuild.batch_get_projects(names=["from-api", "none"])
    (project,) = found["projects"]
    assert (project["description"], project["cache"]["type"]) == ("changed", "LOCAL")
    assert found["projectsNotFound"] == ["none"]
    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        emulator.project("from-api", role, source={"type": "NO_SOURCE", "buildspec": SPEC})
    with pytest.raises(codebuild.exceptions.ResourceNotFoundException):
        codebuild.update_project(name="none", description="x")


def test_what_a_rehearsal_lacks_is_refused_by_name(emulator: Emulator) -> None:
    codebuild = emulator.client("codebuild")
    with pytest.raises(ClientError, match="RetryBuild is not supported by a rehearsal"):
        codebuild.retry_build(id="p:1")
    with pytest.raises(ClientError, match="StartBuildBatch is not supported by a rehearsal"):
        codebuild.start_build_batch(projectName="p")
