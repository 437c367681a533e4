"""The workflows as they are written."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tests.synthesis import ROOT

FOLDER = ROOT / ".github" / "workflows"
NAMES = sorted(path.name for path in FOLDER.glob("*.yml"))
Workflow = Mapping[Any, Any]
Job = Mapping[str, Any]
Step = Mapping[str, Any]


def read(name: str) -> Workflow:
    """The workflow in the file ``name``. YAML 1.1 reads its key ``on`` as a truth value."""
    workflow: Workflow = yaml.safe_load((FOLDER / name).read_text())
    return workflow


def jobs() -> Iterator[tuple[str, str, Job]]:
    """Every job, with its file and its id."""
    for name in NAMES:
        for id_, job in read(name)["jobs"].items():
            yield name, id_, job


def steps(job: Job) -> list[Step]:
    found: list[Step] = job["steps"]
    return found


def commands(job: Job) -> list[str]:
    return [step["run"] for step in steps(job) if "run" in step]
