from typing import Any

import pytest

from cdk_rehearsal.codebuild.plan import Logs, Plan, Source, Variable
from cdk_rehearsal.codebuild.planning import read_plan
from cdk_rehearsal.codebuild.settings import merge
from cdk_rehearsal.emulator.contracts import Json, ServiceError

ROLE = "arn:aws:iam::111111111111:role/builder"
PROJECT: Json = {
    "name": "synth",
    "serviceRole": ROLE,
    "source": {"type": "S3", "location": "bucket/in.zip", "buildspec": "ci.yml"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "environmentVariables": [{"name": "A", "value": "project"}, {"name": "B", "value": "kept"}],
    },
}


def plan(project: Json | None = None, /, **request: Any) -> Plan:
    return read_plan(merge({**PROJECT, **(project or {})}, {"projectName": "synth", **request}), project="synth")


def refusal(project: Json | None = None, /, **request: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        plan(project, **request)
    assert caught.value.code == "InvalidInputException"
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_build_follows_its_project() -> None:
    made = plan({"timeoutInMinutes": 15, "encryptionKey": "key", "sourceVersion": "v1"})
    assert made.source == Source(bucket="bucket", key="in.zip", version="v1")
    assert made.source.arn == "arn:aws:s3:::bucket/in.zip"
    assert (made.buildspec, made.timeout_minutes, made.encryption_key) == ("ci.yml", 15, "key")
    assert made.service_role == ROLE
    assert made.destinations == ()


def test_the_request_comes_above_the_project() -> None:
    made = plan(
        {"timeoutInMinutes": 15, "encryptionKey": "key", "sourceVersion": "v1"},
        sourceTypeOverride="S3",
        sourceLocationOverride="arn:aws:s3:::other/path/x.zip",
        buildspecOverride="version: 0.2\n",
        timeoutInMinutesOverride=5,
        encryptionKeyOverride="another",
        serviceRoleOverride="arn:aws:iam::111111111111:role/other",
        imageOverride="mine",
    )
    assert made.source == Source(bucket="other", key="path/x.zip", version="")
    assert (made.buildspec, made.timeout_minutes, made.encryption_key) == ("version: 0.2\n", 5, "another")
    assert made.service_role.endswith("/other")
    assert made.image == "mine"


def test_an_hour_is_the_limit_unless_another_is_set() -> None:
    assert plan().timeout_minutes == 60


def test_variables_of_the_request_replace_those_of_the_project_by_name() -> None:
    made = plan(environmentVariablesOverride=[{"name": "A", "value": "/p", "type": "PARAMETER_STORE"}])
    assert made.variables == (
        Variable(name="A", value="/p", type="PARAMETER_STORE"),
        Variable(name="B", value="kept", type="PLAINTEXT"),
    )


def test_what_a_pipeline_hands_over_is_told_apart_from_variables() -> None:
    made = plan(environmentVariablesOverride=[{"name": "CODEBUILD_INITIATOR", "value": "codepipeline/p"}])
    assert made.handed_over == {"CODEBUILD_INITIATOR": "codepipeline/p"}
    assert [variable.name for variable in made.variables] == ["A", "B"]


def test_a_source_of_its_own_needs_no_bucket() -> None:
    assert plan({"source": {"type": "NO_SOURCE", "buildspec": "x"}}).source == Source()


def test_secondary_sources_keep_identifier_and_version() -> None:
    made = plan(
        secondarySourcesOverride=[{"type": "S3", "location": "b/k", "sourceIdentifier": "docs"}],
        secondarySourcesVersionOverride=[{"sourceIdentifier": "docs", "sourceVersion": "7"}],
    )
    assert made.secondary_sources == (Source(identifier="docs", bucket="b", key="k", version="7"),)


def test_an_archive_lands_at_exactly_path_and_name() -> None:
    (destination,) = plan(
        artifactsOverride={
            "type": "S3",
            "location": "out",
            "path": "pipe/synth",
            "name": "a1b2",
            "packaging": "ZIP",
            "namespaceType": "NONE",
        }
    ).destinations
    assert destination.zipped
    assert destination.encrypted
    assert destination.key("uuid", destination.name) == "pipe/synth/a1b2"


def test_a_namespace_puts_the_build_between_path_and_name() -> None:
    (destination,) = plan(
        artifactsOverride={
            "type": "S3",
            "location": "out",
            "path": "/p/",
            "namespaceType": "BUILD_ID",
            "encryptionDisabled": True,
        }
    ).destinations
    assert not destination.zipped
    assert not destination.encrypted
    assert destination.key("uuid", destination.name) == "p/uuid/synth"


def test_secondary_artifacts_keep_their_identifier() -> None:
    made = plan(
        secondaryArtifactsOverride=[{"type": "S3", "location": "out", "artifactIdentifier": "docs", "name": "n"}]
    )
    assert [(item.identifier, item.name) for item in made.destinations] == [("docs", "n")]


def test_only_a_custom_local_cache_is_kept() -> None:
    assert plan({"cache": {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE", "LOCAL_CUSTOM_CACHE"]}}).keeps_cache
    assert not plan({"cache": {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}}).keeps_cache
    assert not plan().keeps_cache


def test_logs_go_to_the_project_group_unless_told_otherwise() -> None:
    assert plan().logs == Logs(group="/aws/codebuild/synth", prefix="")
    own = {"cloudWatchLogs": {"status": "ENABLED", "groupName": "g", "streamName": "s"}}
    logs = plan({"logsConfig": own}).logs
    assert logs == Logs(group="g", prefix="s")
    assert logs.stream("u") == "s/u"
    assert Logs(group="g", prefix="").stream("u") == "u"
    assert plan(logsConfigOverride={"cloudWatchLogs": {"status": "DISABLED"}}).logs is None


def test_settings_that_one_machine_cannot_follow_are_told() -> None:
    environment = {"type": "LINUX_CONTAINER", "image": "i", "privilegedMode": True}
    notes = plan(
        {"environment": environment, "cache": {"type": "S3", "location": "b"}, "vpcConfig": {"vpcId": "vpc-1"}}
    ).notes
    assert [note.partition(":")[0] for note in notes] == ["image i", "privilegedMode", "cache of type S3", "vpcConfig"]
    assert plan({"environment": {"type": "LINUX_CONTAINER"}}).notes == ()


@pytest.mark.parametrize(
    ("project", "request_", "message"),
    [
        (
            {},
            {"gitCloneDepthOverride": 1, "debugSessionEnabled": True},
            "debugSessionEnabled, gitCloneDepthOverride: not supported",
        ),
        (
            {"source": {"type": "GITHUB"}},
            {},
            "source type GITHUB is not supported by a rehearsal; S3 and NO_SOURCE are",
        ),
        ({"source": {"type": "CODEPIPELINE"}}, {}, "source type CODEPIPELINE"),
        ({"source": {"type": "S3", "location": "bucket"}}, {}, "source location 'bucket' is not allowed"),
        ({"source": {"type": "S3", "location": "bucket/folder/"}}, {}, "<bucket>/<key of a zip> is"),
        ({"source": {"type": "S3"}}, {}, "source location '' is not allowed"),
        ({"source": {"type": "NO_SOURCE"}}, {}, "buildspec is missing"),
        ({}, {"buildspecOverride": "arn:aws:s3:::b/buildspec.yml"}, "a buildspec in S3 is not supported"),
        ({"artifacts": {"type": "CODEPIPELINE"}}, {}, "artifacts type CODEPIPELINE is not supported by a rehearsal"),
        ({"artifacts": {"type": "S3", "location": "a/b"}}, {}, "artifacts location 'a/b' is not allowed"),
        ({"artifacts": {"type": "S3"}}, {}, "artifacts location '' is not allowed"),
        ({}, {"secondarySourcesOverride": [{"type": "NO_SOURCE"}]}, "sourceIdentifier '' is not allowed"),
        ({"secondarySources": [{"type": "S3", "sourceIdentifier": "../up"}]}, {}, "sourceIdentifier '../up' is not"),
        ({"serviceRole": "builder"}, {}, "service role 'builder' is not allowed; the ARN of a role is"),
        ({"serviceRole": None}, {}, "service role '' is not allowed"),
        (
            {"environment": {"type": "WINDOWS_SERVER_2019_CONTAINER"}},
            {},
            "environment type WINDOWS_SERVER_2019_CONTAINER",
        ),
        ({"logsConfig": {"s3Logs": {"status": "ENABLED"}}}, {}, "logs in S3 are not supported"),
        (
            {},
            {"environmentVariablesOverride": [{"name": "X", "value": "", "type": "VAULT"}]},
            "X: type VAULT is not one of",
        ),
        ({}, {"environmentVariablesOverride": [{"name": "X Y", "value": ""}]}, "'X Y': letters, digits and _"),
        (
            {},
            {"environmentVariablesOverride": [{"name": "CODEBUILD_SRC_DIR", "value": ""}]},
            "CODEBUILD_SRC_DIR: names that",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(project: Json, request_: Json, message: str) -> None:
    assert message in refusal(project, **request_)
