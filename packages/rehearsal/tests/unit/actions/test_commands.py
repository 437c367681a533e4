import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import ROLE, Machines, context
from tests.unit.engine.samples import action, named

from cdk_rehearsal.actions import commands
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.engine.definition import Action
from cdk_rehearsal.engine.providers import COMMANDS


def declared(**members: Any) -> Action:
    given = {"commands": ("ls", "make"), "input_artifacts": named("Files"), **members}
    return action("Run", COMMANDS, **given)


def started(tmp_path: Path, wanted: Action, **more: Any) -> dict[str, Any]:
    """The project of the build that is started."""
    machines = Machines([{"buildStatus": "SUCCEEDED"}])
    commands.run(context(tmp_path, wanted, compute=machines, **more))
    (project,) = machines.projects
    return dict(project)


def test_the_commands_are_the_build_phase_of_a_build_under_the_role_of_the_action(tmp_path: Path) -> None:
    project = started(tmp_path, declared())
    assert (project["name"], project["serviceRole"]) == ("delivery-Stage-Run", ROLE)
    assert project["source"]["location"] == "artifacts/delivery/Files/in"
    assert json.loads(project["source"]["buildspec"]) == {
        "version": "0.2",
        "phases": {"build": {"commands": ["ls", "make"]}},
    }
    assert project["artifacts"] == {"type": "NO_ARTIFACTS"}
    assert project["timeoutInMinutes"] == 55
    assert project["logsConfig"]["cloudWatchLogs"]["groupName"] == "/aws/codepipeline/delivery"
    assert project["environment"]["computeType"] == "BUILD_GENERAL1_SMALL"


def test_other_artifacts_variables_and_settings_go_along(tmp_path: Path) -> None:
    wanted = declared(
        input_artifacts=named("Files", "More"),
        configuration={"ComputeType": "BUILD_GENERAL1_LARGE", "VpcId": "vpc-1"},
        environment_variables=[{"name": "TOKEN", "value": "token:key", "type": "SECRETS_MANAGER"}],
    )
    project = started(tmp_path, wanted, key="arn:aws:kms:eu-west-1:111111111111:key/1")
    (second,) = project["secondarySources"]
    assert second == {"type": "S3", "location": "artifacts/delivery/More/in", "sourceIdentifier": "More"}
    assert project["environment"] == {
        "type": "LINUX_CONTAINER",
        "computeType": "BUILD_GENERAL1_LARGE",
        "environmentVariables": [{"name": "TOKEN", "value": "token:key", "type": "SECRETS_MANAGER"}],
    }
    assert project["vpcConfig"] == {"vpcId": "vpc-1"}
    assert project["encryptionKey"] == "arn:aws:kms:eu-west-1:111111111111:key/1"


@pytest.mark.parametrize(
    ("files", "pattern"), [(None, ["**/*"]), (["**/"], ["**/*"]), (["out/**/", "one.txt"], ["out/**/*", "one.txt"])]
)
def test_an_output_holds_the_files_that_it_names(tmp_path: Path, files: Any, pattern: list[str]) -> None:
    wanted = declared(output_artifacts=[{"name": "Out", "files": files}], output_variables=("VERSION",))
    project = started(tmp_path, wanted)
    specification = json.loads(project["source"]["buildspec"])
    assert specification["artifacts"] == {"files": pattern}
    assert specification["env"] == {"exported-variables": ["VERSION"]}
    assert (project["artifacts"]["location"], project["artifacts"]["name"]) == ("artifacts", "out")


def test_variables_are_answered_and_a_failure_names_its_phase(tmp_path: Path) -> None:
    exported = [{"name": "VERSION", "value": "7"}]
    machines = Machines(
        [{"buildStatus": "IN_PROGRESS"}, {"buildStatus": "SUCCEEDED", "exportedEnvironmentVariables": exported}]
    )
    assert commands.run(context(tmp_path, declared(), compute=machines)).variables == {"VERSION": "7"}
    phase = {"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [{"statusCode": "COMMAND_EXECUTION_ERROR"}]}
    machines = Machines([{"buildStatus": "FAILED", "phases": [phase]}])
    with pytest.raises(ActionFailedError, match="Phase: BUILD, Code: COMMAND_EXECUTION_ERROR"):
        commands.run(context(tmp_path, declared(), compute=machines))
