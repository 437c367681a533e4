"""A pull request is checked by the verbs that the pipeline runs, without credentials and by pinned actions."""

import re
from typing import Any

import yaml

from pipeline.synthesis import VERBS
from tests.synthesis import ROOT


def workflow() -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / "pull-request.yml").read_text())


def steps() -> list[dict[str, Any]]:
    (job,) = workflow()["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def test_it_runs_what_the_pipelines_synth_action_runs() -> None:
    commands = [step["run"] for step in steps() if "run" in step]
    assert [command for command in commands if command.removeprefix("make ") in VERBS] == [
        f"make {verb}" for verb in VERBS
    ]
    assert set(commands) == {*(f"make {verb}" for verb in VERBS), "make lint"}


def test_it_may_read_the_contents_and_nothing_else() -> None:
    (job,) = workflow()["jobs"].values()
    assert (workflow()["permissions"], job["permissions"]) == ({}, {"contents": "read"})
    # YAML 1.1 reads the key `on` as a truth value.
    assert workflow()[True] == {"pull_request": None}


def test_every_action_is_pinned_by_commit() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)] == []


def test_it_ends_by_itself() -> None:
    (job,) = workflow()["jobs"].values()
    assert job["timeout-minutes"] <= 15
    assert workflow()["concurrency"]["cancel-in-progress"] is True
