"""Which pushes start a pipeline.

Rules: "Automate starting pipelines using triggers and filtering" in the CodePipeline user guide. A trigger with
filters replaces a source action's own change detection.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from cdk_rehearsal.engine.definition import Action, ActionType, Patterns, Pipeline, PushFilter
from cdk_rehearsal.engine.providers import CODECOMMIT, GITHUB, S3_SOURCE, SOURCE_CONNECTION


@dataclass(frozen=True, kw_only=True)
class Push:
    """A branch that moved: ``repository`` as ``owner/name``, ``commit`` as the full hash it now points at."""

    repository: str
    branch: str
    commit: str


def source_started_by(push: Push, pipeline: Pipeline, changed_files: Callable[[], Iterable[str]]) -> Action | None:
    """Return the source action that this push starts, or None.

    Args:
        push: what was pushed.
        pipeline: the pipeline that may follow the branch.
        changed_files: answers the paths that the push changed; asked only when a filter looks at paths.
    """
    for action in pipeline.stages[0].actions:
        if action.action_type_id == SOURCE_CONNECTION and _starts(push, pipeline, action, changed_files):
            return action
    return None


def object_polling_for(bucket: str, key: str, pipeline: Pipeline) -> Action | None:
    """Return the source action that finds a new object by polling, or None."""
    return _polling(pipeline, S3_SOURCE, {"S3Bucket": bucket, "S3ObjectKey": key})


def branch_polling_for(repository: str, branch: str, pipeline: Pipeline) -> Action | None:
    """Return the source action that finds a new commit in CodeCommit by polling, or None."""
    return _polling(pipeline, CODECOMMIT, {"RepositoryName": repository, "BranchName": branch})


def github_polling_for(push: Push, pipeline: Pipeline) -> Action | None:
    """Return the source action that finds a push to GitHub by polling, or None."""
    return _polling(pipeline, GITHUB, {**_of_github(push.repository), "Branch": push.branch})


def github_source(repository: str, name: str, pipeline: Pipeline) -> Action | None:
    """Return the source action of that name, if it follows this repository with a token, or None."""
    wanted = _of_github(repository).items()
    for action in pipeline.stages[0].actions:
        if action.name == name and action.action_type_id == GITHUB and wanted <= action.configuration.items():
            return action
    return None


def _of_github(repository: str) -> dict[str, str]:
    owner, _, name = repository.rpartition("/")
    return {"Owner": owner, "Repo": name}


def _polling(pipeline: Pipeline, kind: ActionType, wanted: Mapping[str, str]) -> Action | None:
    """The source that polls for something.

    "If you omit PollForSourceChanges, CodePipeline defaults to polling your source location for source changes" (the
    references of these source actions).
    """
    for action in pipeline.stages[0].actions:
        settings = {"PollForSourceChanges": "true", **action.configuration}
        polls = settings["PollForSourceChanges"] == "true"
        if action.action_type_id == kind and polls and wanted.items() <= settings.items():
            return action
    return None


def _starts(push: Push, pipeline: Pipeline, action: Action, changed_files: Callable[[], Iterable[str]]) -> bool:
    settings = action.configuration
    if settings["FullRepositoryId"] != push.repository:
        return False
    triggers = [each.git_configuration for each in pipeline.triggers]
    mine = [each for each in triggers if each.source_action_name == action.name]
    if not mine:
        return settings["BranchName"] == push.branch and settings.get("DetectChanges") != "false"
    return any(_matches(push, settings["BranchName"], each, changed_files) for one in mine for each in one.push)


def _matches(push: Push, branch: str, wanted: PushFilter, changed_files: Callable[[], Iterable[str]]) -> bool:
    if wanted.tags is not None:
        return False
    if not (_passes(push.branch, wanted.branches) if wanted.branches else push.branch == branch):
        return False
    return wanted.file_paths is None or any(_passes(path, wanted.file_paths) for path in changed_files())


def _passes(name: str, patterns: Patterns) -> bool:
    if any(_expression(each).fullmatch(name) for each in patterns.excludes):
        return False
    return not patterns.includes or any(_expression(each).fullmatch(name) for each in patterns.includes)


_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def _expression(glob: str) -> re.Pattern[str]:
    """A glob in which a star stops at a slash, two stars do not, and braces list alternatives."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\{[^{}]*\})", glob)
    return re.compile("".join(_translated(part) for part in parts))


def _translated(part: str) -> str:
    if part in _WILDCARDS:
        return _WILDCARDS[part]
    if part.startswith("{") and part.endswith("}"):
        return f"(?:{'|'.join(re.escape(choice) for choice in part[1:-1].split(','))})"
    return re.escape(part)
