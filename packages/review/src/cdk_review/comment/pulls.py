"""Which pull request a run was for, and whether it changes what made its report."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from cdk_review.comment.api import GitHub
from cdk_review.comment.event import Event

MAKES_THE_REPORT: Final = (
    ".github/",
    "Makefile",
    "app.py",
    "cdk.json",
    "compliance/",
    "package-lock.json",
    "package.json",
    "packages/",
    "pyproject.toml",
    "requirements/",
    "tooling/",
)
"""A change to any of these can make the unprivileged run report what it likes: every package is on its import path."""


@dataclass(frozen=True, kw_only=True)
class Pull:
    """An open pull request by its number."""

    number: int


def open_pulls(github: GitHub, event: Event) -> list[Pull]:
    """The open pull requests whose newest commit is the run's; none once a newer one was pushed."""
    run = event.workflow_run
    head = quote(f"{run.head_repository.owner}:{run.head_branch}", safe="")
    found = github.pages(f"/repos/{event.repository.full_name}/pulls?state=open&head={head}")
    return [Pull(number=int(item["number"])) for item in found if _is_of(item, event)]


def _is_of(item: Any, event: Event) -> bool:
    run = event.workflow_run
    head = item["head"]
    # A deleted fork leaves a pull request without a repository.
    repository = (head.get("repo") or {}).get("full_name")
    return bool(head["sha"] == run.head_sha and repository == run.head_repository.full_name)


def edited_makers(github: GitHub, event: Event, pull: Pull) -> list[str]:
    """The files of a pull request that make the report, in the order that GitHub lists them."""
    files = github.pages(f"/repos/{event.repository.full_name}/pulls/{pull.number}/files")
    names = [str(name) for item in files for name in (item["filename"], item.get("previous_filename")) if name]
    return [name for name in dict.fromkeys(names) if name.startswith(MAKES_THE_REPORT)]
