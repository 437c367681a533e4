from pathlib import Path

from cdk_rehearsal.codebuild.environment import (
    Identity,
    credential_environment,
    loopback_environment,
    machine_environment,
    service_environment,
)
from cdk_rehearsal.codebuild.machine.workspace import Workspace
from cdk_rehearsal.codebuild.planning import read_plan
from cdk_rehearsal.codebuild.settings import merge
from cdk_rehearsal.emulator.config import EmulatorConfig

IDENTITY = Identity(
    id="synth:9f1c", number=4, account="111111111111", region="eu-west-1", initiator="codepipeline/p", start=1000.5
)
PROJECT = {
    "name": "synth",
    "serviceRole": "arn:aws:iam::111111111111:role/b",
    "encryptionKey": "arn:key",
    "source": {"type": "S3", "location": "bucket/in.zip"},
    "environment": {"image": "the-image"},
}
WORKSPACE = Workspace(Path("/builds/synth"))


def test_an_image_is_the_configured_path_and_caches_with_folders_of_the_builds_own() -> None:
    config = EmulatorConfig(
        port=1, state_dir=Path("/s"), build_path="/usr/bin", build_environment={"UV_CACHE_DIR": "/c", "PATH": "/evil"}
    )
    assert machine_environment(config, WORKSPACE) == {
        "UV_CACHE_DIR": "/c",
        "PATH": "/builds/synth/home/.npm-global/bin:/builds/synth/python/bin:/usr/bin",
        "HOME": "/builds/synth/home",
        "TMPDIR": "/builds/synth/tmp",
        "npm_config_prefix": "/builds/synth/home/.npm-global",
        "npm_config_prefer_offline": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
    }


def test_a_build_knows_who_and_where_it_is() -> None:
    secondary = [{"type": "S3", "location": "b/k", "sourceIdentifier": "docs"}]
    request = {"projectName": "synth", "secondarySourcesOverride": secondary}
    plan = read_plan(merge(PROJECT, request), project="synth")
    assert service_environment(plan, IDENTITY, WORKSPACE) == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCOUNT_ID": "111111111111",
        "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:eu-west-1:111111111111:build/synth:9f1c",
        "CODEBUILD_BUILD_ID": "synth:9f1c",
        "CODEBUILD_BUILD_IMAGE": "the-image",
        "CODEBUILD_BUILD_NUMBER": "4",
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": "codepipeline/p",
        "CODEBUILD_KMS_KEY_ID": "arn:key",
        "CODEBUILD_LOG_PATH": "9f1c",
        "CODEBUILD_PROJECT_ARN": "arn:aws:codebuild:eu-west-1:111111111111:project/synth",
        "CODEBUILD_SOURCE_REPO_URL": "arn:aws:s3:::bucket/in.zip",
        "CODEBUILD_SOURCE_VERSION": "arn:aws:s3:::bucket/in.zip",
        "CODEBUILD_SRC_DIR": "/builds/synth/src",
        "CODEBUILD_SRC_DIR_docs": "/builds/synth/sources/docs",
        "CODEBUILD_SOURCE_VERSION_docs": "arn:aws:s3:::b/k",
        "CODEBUILD_START_TIME": "1000500",
        "PWD": "/builds/synth/src",
    }


def test_what_a_pipeline_hands_over_is_what_a_build_sees() -> None:
    override = [{"name": "CODEBUILD_RESOLVED_SOURCE_VERSION", "value": "c0ffee"}]
    plan = read_plan(merge(PROJECT, {"environmentVariablesOverride": override}), project="synth")
    assert service_environment(plan, IDENTITY, WORKSPACE)["CODEBUILD_RESOLVED_SOURCE_VERSION"] == "c0ffee"


def test_credentials_are_those_of_the_role() -> None:
    names = credential_environment({"AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": "C"})
    assert names == {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": "C"}


def test_every_way_to_aws_ends_on_this_machine() -> None:
    assert loopback_environment("http://127.0.0.1:7") == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:7",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:7",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
