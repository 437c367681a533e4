"""Large repositories, much output and many deliveries: what they take of time and memory."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.codepipeline.emulated import REGION, TOOLS
from tests.codepipeline.shop import BUCKET, Shop, WorkingCopy, action, source, stage, statement
from tests.faults.frail import eventually

from cdk_rehearsal.codepipeline.logs import action_log

pytestmark = [pytest.mark.enable_socket]
MEGABYTE = 1024 * 1024
OUTPUT = 200 * MEGABYTE
FILES = 50_000


def built(shop: Shop, *commands: str) -> WorkingCopy:
    """A pipeline that runs commands on the files that are pushed; nothing is pushed yet."""
    spec = json.dumps({"version": "0.2", "phases": {"build": {"commands": commands}}})
    objects = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    build = shop.role(
        "build",
        statement(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]),
        statement(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], objects),
        service="codebuild.amazonaws.com",
    )
    project = f"arn:aws:codebuild:{REGION}:{TOOLS}:project/build"
    shop.emulator.client("iam").put_role_policy(
        RoleName="pipeline",
        PolicyName="builds",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement("codebuild:*", project)]}),
    )
    image = {"image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}
    shop.emulator.client("codebuild").create_project(
        name="build",
        source={"type": "CODEPIPELINE", "buildspec": spec},
        artifacts={"type": "CODEPIPELINE"},
        environment={"type": "LINUX_CONTAINER", **image},
        serviceRole=build,
    )
    copy = shop.working_copy("acme/app")
    copy.commit({"README": "words"})
    copy.push()
    build_action = action(
        "Build", "Build", "CodeBuild", configuration={"ProjectName": "build"}, inputArtifacts=[{"name": "Files"}]
    )
    shop.create("delivery", stage("Source", source("acme/app")), stage("Build", build_action))
    return copy


def delivered(shop: Shop) -> dict[str, Any]:
    """The runs of the newest execution, once it has succeeded."""
    execution = shop.executions("delivery")[-1]["pipelineExecutionId"]

    def look() -> bool:
        status = shop.execution("delivery", execution)["status"]
        assert status != "Failed", [each["output"] for each in shop.actions("delivery", execution).values()]
        return bool(status == "Succeeded")

    eventually(look, "the delivery", pause=0.1)  # as gently as whoever watches
    return shop.actions("delivery", execution)


def peak(pid: int) -> int:
    """The most memory that a process had since :func:`forget_peak`, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])  # type: ignore[index]


def forget_peak(pid: int) -> int:
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak(pid)


def test_what_a_build_writes_is_not_held_in_memory(shop: Shop) -> None:
    copy = built(shop, f"if [ -e much ]; then yes 'a line of a build that has a lot to tell us' | head -c {OUTPUT}; fi")
    delivered(shop)
    copy.commit({"much": ""})
    copy.push()
    before = forget_peak(shop.emulator.pid)
    runs = delivered(shop)
    assert peak(shop.emulator.pid) - before < OUTPUT / 2
    log = action_log(shop.config, "delivery", runs["Build"]["pipelineExecutionId"], "Build", "Build")
    assert log.stat().st_size > OUTPUT
    log.unlink()
    for each in shop.config.build_logs.iterdir():
        each.unlink()


def test_fifty_thousand_files_are_delivered_like_one(shop: Shop) -> None:
    copy = built(shop, 'echo "$(find . -type f | wc -l) files"')
    delivered(shop)
    for number in range(FILES):
        folder = copy.folder / f"folder{number % 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"file{number}").write_text(f"{number}\n")
    copy.commit({"README": "many"})
    before = forget_peak(shop.emulator.pid)
    copy.push()
    runs = delivered(shop)
    log = action_log(shop.config, "delivery", runs["Build"]["pipelineExecutionId"], "Build", "Build")
    assert f"{FILES + 1} files\n" in log.read_text()
    assert peak(shop.emulator.pid) - before < 64 * MEGABYTE


def test_a_delivery_leaves_less_than_half_a_megabyte_in_memory(shop: Shop) -> None:
    built(shop, "true")
    delivered(shop)
    sizes = []
    for _ in range(5):
        for _ in range(10):
            shop.start("delivery")
            delivered(shop)
        sizes.append(forget_peak(shop.emulator.pid))
    assert (sizes[-1] - sizes[0]) / 40 < MEGABYTE / 2, sizes
