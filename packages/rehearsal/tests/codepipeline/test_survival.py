"""What is left after the emulator was killed, was stopped, or is not there."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codepipeline.emulated import Emulator
from tests.codepipeline.shop import Shop, approval, source, stage

from cdk_rehearsal.source.announce import TOKEN_HEADER


@pytest.fixture
def frail(tmp_path: Path) -> Iterator[Shop]:
    """A shop whose emulator a test may end."""
    emulator = Emulator(tmp_path)
    emulator.start()
    try:
        yield Shop(emulator, tmp_path / "copies")
    finally:
        emulator.kill()


def waiting(shop: Shop) -> str:
    copy = shop.working_copy("acme/delivery")
    copy.commit({"README": "words"})
    copy.push()
    shop.create("delivery", stage("Source", source("acme/delivery")), stage("Gate", approval()))
    shop.token("delivery", "Gate", "Approve")
    (execution,) = shop.executions("delivery")
    found: str = execution["pipelineExecutionId"]
    return found


def test_a_killed_emulator_says_what_was_lost(frail: Shop) -> None:
    execution = waiting(frail)
    frail.emulator.kill()
    frail.emulator.start()
    found = frail.execution("delivery", execution)
    assert (found["status"], found["statusSummary"]) == (
        "Failed",
        "The emulator was stopped while this ran; retry the stage or push again",
    )
    assert frail.state("delivery", "Gate")["latestExecution"]["status"] == "Failed"
    actions = frail.actions("delivery", execution)
    assert [actions[name]["status"] for name in ("Source", "Approve")] == ["Succeeded", "Failed"]


def test_a_stopped_emulator_ends_at_once_and_its_execution_can_be_retried(frail: Shop) -> None:
    execution = waiting(frail)
    frail.emulator.stop()
    frail.emulator.start()
    assert frail.execution("delivery", execution)["status"] == "Failed"
    frail.codepipeline.retry_stage_execution(
        pipelineName="delivery", stageName="Gate", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )
    frail.answer("delivery", "Gate", "Approve")
    assert frail.ends("delivery", execution, "Succeeded", "Failed")["status"] == "Succeeded"


def test_a_push_without_an_emulator_is_kept_and_warned_about(frail: Shop) -> None:
    copy = frail.working_copy("acme/alone")
    copy.commit({"README": "words"})
    frail.emulator.kill()
    said = copy.push()
    assert "remote: WARNING: main was pushed, but no pipeline started: the emulator does not answer on" in said
    assert "Start the rehearsal and push again" in said
    assert copy.git("ls-remote", "rehearsal", "main").endswith("refs/heads/main")


def test_a_push_that_nobody_follows_says_so(shop: Shop) -> None:
    copy = shop.working_copy("acme/unfollowed")
    copy.commit({"README": "words"})
    assert "remote: no pipeline follows acme/unfollowed main" in copy.push()
    assert "remote: feature was deleted; that starts nothing" in copy.push("feature") + copy.git(
        "push", "rehearsal", ":feature"
    )
    copy.git("tag", "v1")
    assert "pipeline" not in copy.git("push", "rehearsal", "v1")


def test_a_push_filtered_by_path_starts_only_what_it_concerns(shop: Shop) -> None:
    copy = shop.working_copy("acme/filtered")
    trigger = {
        "providerType": "CodeStarSourceConnection",
        "gitConfiguration": {"sourceActionName": "Source", "push": [{"filePaths": {"includes": ["app/**"]}}]},
    }
    stages = stage("Source", source("acme/filtered")), stage("Gate", approval())
    shop.create("filtered", *stages, triggers=[trigger])
    copy.commit({"docs/index.md": "words"})
    assert "no pipeline follows" in copy.push()
    copy.commit({"app/main.py": "pass"})
    assert "remote: pipeline filtered: execution" in copy.push()


def test_a_refused_announcement_is_told(shop: Shop) -> None:
    copy = shop.working_copy("acme/refused")
    hook = copy.remote / "hooks" / "post-receive"
    hook.write_text(hook.read_text().replace(shop.config.endpoint, f"{shop.config.endpoint}/elsewhere"))
    copy.commit({"README": "words"})
    assert "remote: WARNING: main was pushed, but the emulator refused it" in copy.push()


def test_a_push_without_its_parts_is_refused(shop: Shop) -> None:
    body = json.dumps({"repository": "acme/x"}).encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(  # noqa: S310 - loopback
            urllib.request.Request(  # noqa: S310 - loopback
                f"{shop.config.endpoint}/_rehearsal/push", data=body, headers={TOKEN_HEADER: shop.config.token}
            )
        )
    with refused.value as answer:
        assert (answer.code, json.load(answer)["code"]) == (400, "ValidationException")
