"""Builds on a running emulator, asked for with boto3 as the client, IAM enforced."""

import io
import json
import signal
import time
import zipfile
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from tests.codebuild.site import ACCOUNT, LOGS, Emulator, allow, archive

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SOURCE = {"run.sh": "#!/bin/sh\necho the script runs\n", "text": "from the source"}


def bucket(emulator: Emulator, name: str, files: dict[str, str] | None = None) -> str:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=name)
    body = archive(files or SOURCE, executable=frozenset({"run.sh"}))
    s3.put_object(Bucket=name, Key="pipe/source/a1", Body=body)
    return name


def spec(*commands: str, **parts: Any) -> str:
    return json.dumps({"version": "0.2", "phases": {"build": {"commands": commands}}, **parts})


def from_s3(name: str) -> dict[str, str]:
    return {"sourceTypeOverride": "S3", "sourceLocationOverride": f"{name}/pipe/source/a1"}


def into(name: str, path: str, file: str, **given: Any) -> dict[str, Any]:
    return {
        "type": "S3",
        "location": name,
        "path": path,
        "name": file,
        "namespaceType": "NONE",
        "packaging": "ZIP",
        "overrideArtifactName": False,
        **given,
    }


def failure(build: dict[str, Any]) -> tuple[str, str]:
    phase = next(phase for phase in build["phases"] if phase.get("phaseStatus") not in {None, "SUCCEEDED"})
    return phase["phaseType"], phase["contexts"][0]["message"]


def contents(emulator: Emulator, name: str, key: str) -> dict[str, str]:
    body = emulator.client("s3").get_object(Bucket=name, Key=key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as read:
        return {entry: read.read(entry).decode() for entry in read.namelist()}


def test_a_pipelines_build_goes_from_its_source_to_its_artifact(emulator: Emulator) -> None:
    name = bucket(emulator, "whole")
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    objects = allow("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", on="arn:aws:s3:::whole/*")
    keys = allow("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey", on=key)
    role = emulator.role("whole", LOGS, objects, keys)
    commands = ["./run.sh", "mkdir out; cat text >out/copy", "export COMMIT=$CODEBUILD_RESOLVED_SOURCE_VERSION"]
    text = spec(
        *commands,
        env={"exported-variables": ["COMMIT"]},
        artifacts={"files": ["**/*"], "base-directory": "out"},
    )
    emulator.project(
        "whole", role, source={"type": "CODEPIPELINE", "buildspec": text}, artifacts={"type": "CODEPIPELINE"}
    )
    codebuild = emulator.client("codebuild")
    given = [
        {"name": "CODEBUILD_INITIATOR", "value": "codepipeline/pipe"},
        {"name": "CODEBUILD_RESOLVED_SOURCE_VERSION", "value": "c0ffee"},
    ]
    started = codebuild.start_build(
        projectName="whole",
        **from_s3(name),
        artifactsOverride=into(name, "pipe/synth", "b2"),
        environmentVariablesOverride=given,
        encryptionKeyOverride=key,
        idempotencyToken="run-1",
    )["build"]
    build = emulator.ended(started["id"])
    assert build["buildStatus"] == "SUCCEEDED", emulator.log(build["id"])
    assert "the script runs\n" in emulator.log(build["id"])
    assert contents(emulator, name, "pipe/synth/b2") == {"copy": "from the source"}
    head = emulator.client("s3").head_object(Bucket=name, Key="pipe/synth/b2")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    assert head["Metadata"] == {"codebuild-buildarn": build["arn"]}
    assert build["exportedEnvironmentVariables"] == [{"name": "COMMIT", "value": "c0ffee"}]
    assert (build["initiator"], build["resolvedSourceVersion"]) == ("codepipeline/pipe", "c0ffee")
    assert build["artifacts"]["location"] == "arn:aws:s3:::whole/pipe/synth/b2"
    assert codebuild.list_builds_for_project(projectName="whole")["ids"] == [build["id"]]


def test_sources_go_by_version_and_secondary_ones_and_artifacts_by_name(emulator: Emulator) -> None:
    name = bucket(emulator, "several")
    s3 = emulator.client("s3")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="docs.zip", Body=archive({"page": "of the docs"}))
    version = s3.put_object(Bucket=name, Key="pipe/source/a1", Body=archive(SOURCE))["VersionId"]
    s3.put_object(Bucket=name, Key="pipe/source/a1", Body=archive({"text": "of a later version"}))
    role = emulator.role("several", LOGS, allow("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"))
    artifacts = {
        "secondary-artifacts": {
            "one": {"files": ["text"], "name": "ignored"},
            "two": {"files": ["page"], "base-directory": "../sources/docs", "name": "named-$CODEBUILD_BUILD_NUMBER"},
        }
    }
    emulator.project(
        "several",
        role,
        source={
            "type": "S3",
            "location": f"{name}/pipe/source/a1",
            "buildspec": spec("cat $CODEBUILD_SRC_DIR_docs/page", artifacts=artifacts),
        },
    )
    started = emulator.client("codebuild").start_build(
        projectName="several",
        sourceVersion=version,
        secondarySourcesOverride=[{"type": "S3", "location": f"{name}/docs.zip", "sourceIdentifier": "docs"}],
        secondaryArtifactsOverride=[
            into(name, "p", "one.zip", artifactIdentifier="one"),
            into(name, "p", "two.zip", artifactIdentifier="two", overrideArtifactName=True),
        ],
    )["build"]
    build = emulator.ended(started["id"])
    assert build["buildStatus"] == "SUCCEEDED", emulator.log(build["id"])
    assert "of the docs" in emulator.log(build["id"])
    assert build["sourceVersion"] == build["resolvedSourceVersion"] == version
    assert contents(emulator, name, "p/one.zip") == {"text": "from the source"}
    assert contents(emulator, name, "p/named-1") == {"page": "of the docs"}
    assert [item["artifactIdentifier"] for item in build["secondaryArtifacts"]] == ["one", "two"]


@pytest.mark.parametrize(("named", "says"), [("", "the default"), ("ci/other.yml", "another")])
def test_a_buildspec_is_read_from_the_source(emulator: Emulator, named: str, says: str) -> None:
    files = {"buildspec.yml": spec("echo by the default"), "ci/other.yml": spec("echo by another")}
    name = bucket(emulator, f"file-{len(named)}", files)
    role = emulator.role(name, LOGS, allow("s3:GetObject"))
    emulator.project(name, role, source={"type": "S3", "location": f"{name}/pipe/source/a1"})
    override = {"buildspecOverride": named} if named else {}
    started = emulator.client("codebuild").start_build(projectName=name, **override)["build"]
    build = emulator.ended(started["id"])
    assert build["buildStatus"] == "SUCCEEDED", emulator.log(build["id"])
    assert f"\nby {says}\n" in emulator.log(build["id"])


@pytest.mark.parametrize(
    ("missing", "phase", "action"),
    [
        ("s3:GetObject", "DOWNLOAD_SOURCE", "s3:GetObject"),
        ("s3:PutObject", "UPLOAD_ARTIFACTS", "s3:PutObject"),
        ("logs:CreateLogStream", "PROVISIONING", "logs:CreateLogStream"),
        ("ssm:GetParameters", "DOWNLOAD_SOURCE", "ssm:GetParameters"),
        ("secretsmanager:GetSecretValue", "DOWNLOAD_SOURCE", "secretsmanager:GetSecretValue"),
        ("sns:Publish", "BUILD", "sns publish"),
    ],
)
def test_a_role_without_a_permission_fails_where_aws_would(
    emulator: Emulator, missing: str, phase: str, action: str
) -> None:
    name = bucket(emulator, "lacks-" + missing.lower().replace(":", "-"))
    prepare_secrets(emulator)
    wanted = {
        "s3:GetObject",
        "s3:PutObject",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "ssm:GetParameters",
        "secretsmanager:GetSecretValue",
    }
    role = emulator.role(name, allow(*sorted(wanted - {missing})))
    topic = emulator.client("sns").create_topic(Name="topic")["TopicArn"]
    publish = [f"aws sns publish --topic-arn {topic} --message x"] if missing == "sns:Publish" else []
    text = spec(
        "true",
        *publish,
        env={"parameter-store": {"P": "/team/token"}, "secrets-manager": {"S": "team/db:password"}},
        artifacts={"files": ["text"]},
    )
    emulator.project(name, role, source={"type": "NO_SOURCE", "buildspec": text})
    started = emulator.client("codebuild").start_build(
        projectName=name, **from_s3(name), artifactsOverride=into(name, "p", "n")
    )
    build = emulator.ended(started["build"]["id"])
    assert build["buildStatus"] == "FAILED"
    failed, message = failure(build)
    assert failed == phase
    assert action in message


def prepare_secrets(emulator: Emulator) -> None:
    emulator.client("ssm").put_parameter(
        Name="/team/token", Value="parameter-value", Type="SecureString", Overwrite=True
    )
    secrets = emulator.client("secretsmanager")
    if "team/db" not in {secret["Name"] for secret in secrets.list_secrets()["SecretList"]}:
        secrets.create_secret(Name="team/db", SecretString=json.dumps({"password": "secret-value"}))


def test_a_role_that_does_not_trust_codebuild_fails_the_build(emulator: Emulator) -> None:
    role = emulator.role("stranger", LOGS, trusts="ec2.amazonaws.com")
    emulator.project("stranger", role, source={"type": "NO_SOURCE", "buildspec": spec("true")})
    started = emulator.client("codebuild").start_build(projectName="stranger")["build"]
    phase, message = failure(emulator.ended(started["id"]))
    assert phase == "PROVISIONING"
    assert "role/stranger" in message


def test_secrets_reach_the_build_and_no_log(emulator: Emulator) -> None:
    prepare_secrets(emulator)
    role = emulator.role("secrets", LOGS, allow("ssm:GetParameters", "secretsmanager:GetSecretValue"))
    text = spec(
        'test "$P" = parameter-value && test "$S" = secret-value',
        "env",
        env={"parameter-store": {"P": "/team/token"}, "exported-variables": ["P", "S"]},
    )
    variables = [{"name": "S", "value": "team/db:password", "type": "SECRETS_MANAGER"}]
    environment = {
        "type": "LINUX_CONTAINER",
        "image": "i",
        "computeType": "BUILD_GENERAL1_SMALL",
        "environmentVariables": variables,
    }
    emulator.project("secrets", role, source={"type": "NO_SOURCE", "buildspec": text}, environment=environment)
    started = emulator.client("codebuild").start_build(projectName="secrets")["build"]
    build = emulator.ended(started["id"])
    assert build["buildStatus"] == "SUCCEEDED", emulator.log(build["id"])
    assert build["exportedEnvironmentVariables"] == []
    events = emulator.client("logs").get_log_events(
        logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"]
    )["events"]
    stream = "\n".join(event["message"] for event in events)
    for text in (emulator.log(build["id"]), stream):
        assert "P=***" in text
        assert "S=***" in text
        for secret in ("parameter-value", "secret-value"):
            assert secret not in text.replace(f"= {secret}", "")


def test_a_caller_reaches_the_projects_it_may_and_no_other(emulator: Emulator) -> None:
    role = emulator.role("shared", LOGS)
    for name in ("mine", "yours"):
        emulator.project(name, role, source={"type": "NO_SOURCE", "buildspec": spec("true")})
    iam = emulator.client("iam")
    iam.create_user(UserName="caller")
    actions = allow(
        "codebuild:StartBuild",
        "codebuild:BatchGetBuilds",
        "codebuild:StopBuild",
        on=f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/mine",
    )
    document = json.dumps({"Version": "2012-10-17", "Statement": [actions]})
    iam.put_user_policy(UserName="caller", PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    caller = emulator.client("codebuild", {name: key[name] for name in ("AccessKeyId", "SecretAccessKey")})
    build = caller.start_build(projectName="mine")["build"]
    assert build["initiator"] == "caller"
    assert caller.batch_get_builds(ids=[build["id"]])["builds"]
    caller.stop_build(id=build["id"])
    other = emulator.client("codebuild").start_build(projectName="yours")["build"]["id"]
    asks: list[Callable[[], object]] = [
        lambda: caller.start_build(projectName="yours"),
        lambda: caller.batch_get_builds(ids=[other]),
        lambda: caller.batch_get_builds(ids=[build["id"], other]),
        lambda: caller.stop_build(id=other),
    ]
    for ask in asks:
        with pytest.raises(ClientError, match="AccessDenied"):
            ask()


def hanging(emulator: Emulator) -> str:
    """Start a build that forks and hangs, and return its id once it does."""
    role = emulator.role("hangs", LOGS)
    text = spec("(setsid sh -c 'sleep 300; true' &) ; sleep 300")
    emulator.project("hangs", role, source={"type": "NO_SOURCE", "buildspec": text})
    codebuild = emulator.client("codebuild")
    build_id: str = codebuild.start_build(projectName="hangs")["build"]["id"]
    while len(processes(build_id)) < 4 or "Running command" not in emulator.log(build_id):
        time.sleep(0.02)
    return build_id


def processes(build_id: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("CODEBUILD_BUILD_ID") == build_id:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_stopping_a_build_leaves_nothing_running(emulator: Emulator) -> None:
    build_id = hanging(emulator)
    stopped = emulator.client("codebuild").stop_build(id=build_id)["build"]
    assert stopped["buildStatus"] == "STOPPED"
    assert processes(build_id) == []


def test_builds_end_with_their_emulator_and_are_remembered(starts: Callable[..., Emulator]) -> None:
    first = starts()
    build_id = hanging(first)
    first.stop()
    assert processes(build_id) == []
    second = starts(first.config)
    codebuild = second.client("codebuild")
    (build,) = codebuild.batch_get_builds(ids=[build_id])["builds"]
    assert (build["buildStatus"], build["buildComplete"]) == ("STOPPED", True)
    assert codebuild.batch_get_projects(names=["hangs"])["projects"][0]["source"]["type"] == "NO_SOURCE"
    again = codebuild.start_build(projectName="hangs", buildspecOverride=spec("true"))["build"]
    assert again["buildNumber"] == 2
    assert second.ended(again["id"])["buildStatus"] == "SUCCEEDED"


def test_a_build_that_was_lost_with_its_emulator_is_closed(starts: Callable[..., Emulator]) -> None:
    first = starts()
    build_id = hanging(first)
    first.stop()
    state = first.config.state_dir / "state" / "snapshot.json"
    text = state.read_text()
    lost = text.replace('"STOPPED"', '"IN_PROGRESS"').replace('"buildComplete": true', '"buildComplete": false')
    assert lost != text
    state.write_text(lost)
    build = starts(first.config).ended(build_id)
    assert (build["buildStatus"], build["buildComplete"]) == ("FAULT", True)


def test_builds_end_with_an_emulator_that_is_killed(starts: Callable[..., Emulator]) -> None:
    emulator = starts()
    build_id = hanging(emulator)
    emulator.stop(signal.SIGKILL)
    end = time.monotonic() + 5
    while (left := processes(build_id)) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []
