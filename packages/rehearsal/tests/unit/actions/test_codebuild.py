import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Reports, Service, context, log_of
from tests.unit.engine.samples import build, named

from cdk_rehearsal.actions import codebuild
from cdk_rehearsal.actions.contracts import ActionAbandonedError, ActionFailedError

BUILD = "project:00000000-0000-4000-8000-000000000000"
RUNNING = {"id": BUILD, "buildStatus": "IN_PROGRESS", "currentPhase": "INSTALL"}


def service(*later: dict[str, Any]) -> Service:
    """A CodeBuild whose build has these states, one at each look."""
    return Service(
        {
            "start_build": [{"build": RUNNING}],
            "batch_get_builds": [{"builds": [{"id": BUILD, **state}]} for state in later],
        }
    )


def start(tmp_path: Path, action: Any = None, **members: Any) -> dict[str, Any]:
    return codebuild.start_parameters(context(tmp_path, action or build(**members), revisions={"Files": "c0ffee"}))


def test_a_build_that_succeeds_hands_on_what_it_exports(tmp_path: Path) -> None:
    exported = [{"name": "URL", "value": "https://example.com"}, {"name": "EMPTY"}]
    builds = service(
        {"buildStatus": "IN_PROGRESS", "currentPhase": "BUILD"},
        {"buildStatus": "SUCCEEDED", "exportedEnvironmentVariables": exported},
    )
    reports = Reports()
    found = codebuild.run(context(tmp_path, build(), services={"codebuild": builds}, reports=reports))
    assert found.variables == {"URL": "https://example.com", "EMPTY": ""}
    assert {"external_id": BUILD, "summary": "Build started"} in reports.said
    assert {"summary": "Build phase BUILD"} in reports.said


def test_the_log_of_the_build_is_followed(tmp_path: Path) -> None:
    builds = service({"buildStatus": "SUCCEEDED"})
    found = context(tmp_path, build(), services={"codebuild": builds})
    log = tmp_path / "builds" / f"{BUILD.replace(':', '-')}.log"
    log.parent.mkdir()
    log.write_text("[Container] Running command make synth\n")
    codebuild.run(found)
    assert log_of(found).count("[Container] Running command make synth\n") == 1


def test_a_failed_build_fails_its_action_by_its_phase(tmp_path: Path) -> None:
    why = {"statusCode": "COMMAND_EXECUTION_ERROR", "message": "Error while executing command: make synth"}
    phases = [
        {"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED"},
        {"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [why]},
        {"phaseType": "COMPLETED"},
    ]
    builds = service({"buildStatus": "FAILED", "phases": phases})
    expected = (
        "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, "
        "Message: Error while executing command: make synth"
    )
    with pytest.raises(ActionFailedError, match=expected):
        codebuild.run(context(tmp_path, build(), services={"codebuild": builds}))


def test_a_phase_that_says_nothing_is_still_named(tmp_path: Path) -> None:
    builds = service({"buildStatus": "TIMED_OUT", "phases": [{"phaseType": "INSTALL", "phaseStatus": "TIMED_OUT"}]})
    with pytest.raises(ActionFailedError, match=r"TIMED_OUT\. Phase: INSTALL, Code: none given, Message: none given"):
        codebuild.run(context(tmp_path, build(), services={"codebuild": builds}))


def test_a_build_that_was_stopped_fails_with_its_state(tmp_path: Path) -> None:
    with pytest.raises(ActionFailedError, match=r"Build terminated with state: STOPPED$"):
        codebuild.run(context(tmp_path, build(), services={"codebuild": service({"buildStatus": "STOPPED"})}))


def test_nobody_waits_for_an_abandoned_build(tmp_path: Path) -> None:
    endless = service({"buildStatus": "IN_PROGRESS"})
    with pytest.raises(ActionAbandonedError):
        codebuild.run(context(tmp_path, build(), services={"codebuild": endless}, reports=Reports(patience=3)))


def test_the_source_artifact_is_the_source_of_the_build(tmp_path: Path) -> None:
    parameters = start(tmp_path)
    assert parameters["projectName"] == "project"
    assert parameters["idempotencyToken"] == "run-1"
    assert (parameters["sourceTypeOverride"], parameters["sourceLocationOverride"]) == (
        "S3",
        "artifacts/delivery/Files/in",
    )
    assert parameters["artifactsOverride"] == {"type": "NO_ARTIFACTS"}
    assert "secondarySourcesOverride" not in parameters
    assert "encryptionKeyOverride" not in parameters


def test_further_input_artifacts_are_secondary_sources_by_name(tmp_path: Path) -> None:
    parameters = start(tmp_path, inputs=("Files", "More"), configuration={"PrimarySource": "More"})
    assert parameters["sourceLocationOverride"] == "artifacts/delivery/More/in"
    assert parameters["secondarySourcesOverride"] == [
        {"type": "S3", "location": "artifacts/delivery/Files/in", "sourceIdentifier": "Files"}
    ]


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({}, "PrimarySource must name one of the input artifacts Files, More"),
        ({"PrimarySource": "Other"}, "PrimarySource Other is no input artifact; those are Files, More"),
    ],
)
def test_a_primary_source_must_be_chosen(tmp_path: Path, configuration: dict[str, str], message: str) -> None:
    with pytest.raises(ActionFailedError, match=message) as failed:
        start(tmp_path, inputs=("Files", "More"), configuration=configuration)
    assert failed.value.code == "ConfigurationError"


def test_one_output_lands_at_its_key(tmp_path: Path) -> None:
    output = start(tmp_path, output_artifacts=named("Out"))["artifactsOverride"]
    assert (output["location"], output["path"], output["name"]) == ("artifacts", "delivery/Out", "out")
    assert (output["packaging"], output["namespaceType"], output["overrideArtifactName"]) == ("ZIP", "NONE", False)


def test_several_outputs_are_secondary_artifacts_by_name(tmp_path: Path) -> None:
    parameters = start(tmp_path, output_artifacts=named("Out", "Report"))
    assert parameters["artifactsOverride"] == {"type": "NO_ARTIFACTS"}
    assert [each["artifactIdentifier"] for each in parameters["secondaryArtifactsOverride"]] == ["Out", "Report"]


def test_the_key_of_the_pipeline_encrypts_what_the_build_makes(tmp_path: Path) -> None:
    found = context(tmp_path, build(), key="arn:aws:kms:eu-west-1:111111111111:key/k")
    assert codebuild.start_parameters(found)["encryptionKeyOverride"] == "arn:aws:kms:eu-west-1:111111111111:key/k"


def test_the_build_hears_who_started_it_of_which_commit_and_the_variables_of_the_action(tmp_path: Path) -> None:
    declared = [{"name": "STAGE", "value": "dev"}, {"name": "TOKEN", "value": "/t", "type": "PARAMETER_STORE"}]
    parameters = start(tmp_path, configuration={"EnvironmentVariables": json.dumps(declared)})
    assert parameters["environmentVariablesOverride"] == [
        {"name": "CODEBUILD_INITIATOR", "value": "codepipeline/delivery", "type": "PLAINTEXT"},
        {"name": "CODEBUILD_RESOLVED_SOURCE_VERSION", "value": "c0ffee", "type": "PLAINTEXT"},
        {"name": "STAGE", "value": "dev", "type": "PLAINTEXT"},
        {"name": "TOKEN", "value": "/t", "type": "PARAMETER_STORE"},
    ]


def test_of_several_sources_the_build_knows_the_revision_of_its_primary_one(tmp_path: Path) -> None:
    both = build(inputs=("Files", "Words"), configuration={"PrimarySource": "Words"})
    found = context(tmp_path, both, revisions={"Files": "c0ffee", "Words": "d00d1e"})
    variables = codebuild.start_parameters(found)["environmentVariablesOverride"]
    assert {"name": "CODEBUILD_RESOLVED_SOURCE_VERSION", "value": "d00d1e", "type": "PLAINTEXT"} in variables


@pytest.mark.parametrize("malformed", ["no JSON", '[{"value": "x"}]', "[1]", "7"])
def test_malformed_variables_are_refused(tmp_path: Path, malformed: str) -> None:
    with pytest.raises(ActionFailedError, match="EnvironmentVariables is no JSON list of name, value and type"):
        start(tmp_path, configuration={"EnvironmentVariables": malformed})
