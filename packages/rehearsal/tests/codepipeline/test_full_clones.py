"""Builds that clone what a source refers to, with its history, if their service role may."""

from typing import Any

import pytest
from tests.codepipeline.emulated import TOOLS, eventually
from tests.codepipeline.shop import (
    ALL_OF_THE_PIPELINE,
    BUCKET,
    CONNECTION,
    Json,
    Shop,
    WorkingCopy,
    action,
    source,
    stage,
    statement,
)
from tests.codepipeline.test_codecommit_source import commit_source, repository

from cdk_rehearsal.source.reference import CloneReference

CLONED = {"OutputArtifactFormat": "CODEBUILD_CLONE_REF"}
OBJECTS = statement(["s3:GetObject", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
COMMANDS = """
version: 0.2
env: {exported-variables: [HISTORY, AT]}
phases:
  build:
    commands:
      - test -f README
      - export HISTORY="$(git log --format=%s | paste -sd,) of $(git branch --remotes --list '*/side' | tr -d ' ')"
      - export AT="$(git rev-parse HEAD) $CODEBUILD_RESOLVED_SOURCE_VERSION"
"""


@pytest.fixture(scope="module", autouse=True)
def role(shop: Shop) -> None:
    builds = statement(["codebuild:StartBuild", "codebuild:BatchGetBuilds"])
    commits = statement(["codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository"])
    shop.role("cloner", *ALL_OF_THE_PIPELINE, builds, commits)


def pushed(copy: WorkingCopy) -> str:
    """Two commits and a branch beside them; the newest commit."""
    copy.commit({"README": "one"}, "One")
    copy.push("side")
    newest = copy.commit({"README": "two"}, "Two")
    copy.push()
    return newest


def project(shop: Shop, name: str, origin: Json, *may: Json) -> None:
    """A project whose role may do so."""
    role = shop.role(f"{name}-build", OBJECTS, *may, service="codebuild.amazonaws.com")
    settings: dict[str, Any] = {
        "source": {"buildspec": COMMANDS, **origin},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
    }
    shop.emulator.client("codebuild").create_project(name=name, serviceRole=role, **settings)


def build(shop: Shop, name: str, origin: Json, *may: Json) -> tuple[Json, Json]:
    """The execution of a pipeline of a source and a build whose role may do so; and its build's run."""
    project(shop, name, {"type": "CODEPIPELINE"}, *may)
    run = action(
        "Build",
        "Build",
        "CodeBuild",
        configuration={"ProjectName": name},
        inputArtifacts=[{"name": "Files"}],
        namespace="Build",
    )
    shop.create(name, stage("Source", origin), stage("Build", run), role="cloner")
    (started,) = shop.executions(name)
    ended = shop.ends(name, started["pipelineExecutionId"], "Succeeded", "Failed")
    return ended, shop.actions(name, ended["pipelineExecutionId"])["Build"]["output"]


@pytest.mark.parametrize("service", ["codeconnections", "codestar-connections"])
def test_a_build_clones_the_repository_behind_a_connection(shop: Shop, service: str) -> None:
    name = f"cloned-{service}"
    newest = pushed(shop.working_copy(f"acme/{name}"))
    may = statement(f"{service}:UseConnection", CONNECTION)
    ended, output = build(shop, name, source(f"acme/{name}", configuration=CLONED), may)
    assert ended["status"] == "Succeeded", output
    assert output["outputVariables"] == {"HISTORY": "Two,One of origin/side", "AT": f"{newest} {newest}"}


def test_a_build_clones_a_repository_of_codecommit(shop: Shop) -> None:
    newest = pushed(repository(shop, "c-cloned"))
    may = statement("codecommit:GitPull")
    ended, output = build(shop, "c-cloned", commit_source("c-cloned", configuration=CLONED), may)
    assert ended["status"] == "Succeeded", output
    assert output["outputVariables"] == {"HISTORY": "Two,One of origin/side", "AT": f"{newest} {newest}"}


@pytest.mark.parametrize("kind", ["connection", "codecommit"])
def test_a_build_whose_role_may_not_clone_fails_by_name(shop: Shop, kind: str) -> None:
    name = f"forbidden-{kind}"
    copy = shop.working_copy(f"acme/{name}") if kind == "connection" else repository(shop, name)
    newest = pushed(copy)
    found = source(f"acme/{name}", configuration=CLONED)
    origin = found if kind == "connection" else commit_source(name, configuration=CLONED)
    ended, output = build(shop, name, origin)
    assert ended["status"] == "Failed"
    told = output["executionResult"]["errorDetails"]["message"]
    need = {"connection": "codeconnections:UseConnection", "codecommit": "codecommit:GitPull"}[kind]
    failed = "Phase: DOWNLOAD_SOURCE, Code: CLIENT_ERROR, Message: authorization failed for source version"
    role = f"arn:aws:iam::{TOOLS}:role/{name}-build"
    assert f"{failed} {newest}: {role} is not permitted to perform {need} on arn:aws:" in told


def test_a_reference_to_a_repository_that_is_gone_fails_by_its_name(shop: Shop) -> None:
    reference = CloneReference(repository="acme/gone", commit="c0ffee", actions=("x:Use",), resource="*")
    shop.emulator.client("s3").put_object(Bucket=BUCKET, Key="reference", Body=reference.written())
    project(shop, "gone", {"type": "S3", "location": f"{BUCKET}/reference"}, statement("x:Use"))
    codebuild = shop.emulator.client("codebuild")
    started = codebuild.start_build(projectName="gone")["build"]["id"]

    def look() -> Json | None:
        (found,) = codebuild.batch_get_builds(ids=[started])["builds"]
        return dict(found) if found["buildComplete"] else None

    ended = eventually(look, "the build to end")
    (failed,) = [each for each in ended["phases"] if each.get("phaseStatus") == "FAILED"]
    assert failed["contexts"][0]["message"].startswith("source acme/gone: git clone in ")
