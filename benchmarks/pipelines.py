"""Times a pipeline's own part: ``python -m benchmarks.pipelines STAGES``, each stage one build that does nothing.

The emulator is started once for all sizes of one call, and stopped at the end.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig

ACCOUNT: Final = "111111111111"
BUCKET: Final = "benchmark-of-pipelines"
BUILDSPEC: Final = "version: 0.2\nphases: {build: {commands: ['true']}}"
SECONDS: Final = Path(".cache/benchmark/pipelines.json")
PATIENCE_SECONDS: Final = 600.0
LOOK_SECONDS: Final = 0.05


def seconds(stages: int) -> float:
    """Return how long the last execution of a pipeline with so many stages took."""
    return float(json.loads(SECONDS.read_text())[str(stages)])


def main(*sizes: int) -> int:
    """Time an execution of a pipeline of each size, write the seconds, and return the exit code."""
    with _emulator() as config:
        clients = partial(client, endpoint=config.endpoint, region=config.region, credentials=config.root(ACCOUNT))
        _furnish(clients)
        taken = {size: _timed(clients, size) for size in sizes}
    SECONDS.parent.mkdir(parents=True, exist_ok=True)
    SECONDS.write_text(json.dumps(taken))
    return 0


@contextmanager
def _emulator() -> Iterator[EmulatorConfig]:
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        config = EmulatorConfig(port=port, state_dir=Path(folder) / "state")
        file = Path(folder) / "emulator.json"
        config.save(file)
        process = subprocess.Popen([sys.executable, "-m", "cdk_rehearsal.emulator", "--config", str(file)])  # noqa: S603
        try:
            _wait(lambda: _answers(port))
            yield config
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _furnish(clients: Any) -> None:
    """One role for pipeline and build, and a source that they can read."""
    iam, s3, codebuild = clients("iam"), clients("s3"), clients("codebuild")
    services = {"Service": ["codepipeline.amazonaws.com", "codebuild.amazonaws.com"]}
    iam.create_role(RoleName="all", AssumeRolePolicyDocument=_policy("sts:AssumeRole", Principal=services))
    iam.put_role_policy(RoleName="all", PolicyName="all", PolicyDocument=_policy("*", Resource="*"))
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("README", "nothing")
    s3.put_object(Bucket=BUCKET, Key="source.zip", Body=archive.getvalue())
    codebuild.create_project(
        name="nothing",
        source={"type": "CODEPIPELINE", "buildspec": BUILDSPEC},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/all",
    )


def _policy(action: str, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **more}]})


def _timed(clients: Any, stages: int) -> float:
    codepipeline = clients("codepipeline")
    name = f"stages-{stages}"
    started = time.perf_counter()
    codepipeline.create_pipeline(pipeline=_pipeline(name, stages))
    _wait(lambda: _ended(codepipeline, name))
    return time.perf_counter() - started


def _pipeline(name: str, stages: int) -> dict[str, Any]:
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"S3Bucket": BUCKET, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"},
        "outputArtifacts": [{"name": "Files"}],
    }
    build = {
        "name": "Build",
        "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
        "configuration": {"ProjectName": "nothing"},
        "inputArtifacts": [{"name": "Files"}],
    }
    builds = [{"name": f"Stage{number}", "actions": [build]} for number in range(1, stages + 1)]
    return {
        "name": name,
        "pipelineType": "V2",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/all",
        "artifactStore": {"type": "S3", "location": BUCKET},
        "stages": [{"name": "Source", "actions": [source]}, *builds],
    }


def _ended(codepipeline: Any, name: str) -> bool:
    (execution,) = codepipeline.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
    if execution["status"] not in {"InProgress", "Succeeded"}:
        raise SystemExit(f"the pipeline {name} ended as {execution['status']}")
    return bool(execution["status"] == "Succeeded")


def _wait(ready: Callable[[], bool], patience: float = PATIENCE_SECONDS) -> None:
    give_up = time.monotonic() + patience
    while not ready():
        if time.monotonic() > give_up:
            raise SystemExit(f"nothing within {patience:.0f} s")
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
