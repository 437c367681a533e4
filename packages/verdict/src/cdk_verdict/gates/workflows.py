"""GitHub workflows: what runs on a change, and with which permissions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from cdk_verdict.diffing import leaves
from cdk_verdict.gates.observing import look, stopped
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Observation, shown

FOLDER: Final = ".github/workflows/"
_PINNED: Final = re.compile(r"[^@]+@[0-9a-f]{40}")
_MEANING: Final = "workflow"
DANGEROUS: Final = ("pull_request_target", "workflow_run")


def compare_workflows(base: Tree, head: Tree) -> Iterator[Observation]:
    """Yield what workflows no longer do, or may do more. Comments and layout change nothing."""
    for path in sorted({*base, *head}):
        if path.startswith(FOLDER) and base.get(path) != head.get(path):
            yield from _workflow(path, base.get(path), head.get(path))


def _workflow(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    if after is None:
        yield stopped(path, "the workflow is removed", meaning=_MEANING, before=path)
        return
    try:
        old, new = ({} if text is None else yaml.load(text, Loader=yaml.BaseLoader) for text in (before, after))  # noqa: S506 - the base loader makes texts alone
    except (yaml.YAMLError, UnicodeDecodeError):
        yield look(path, "the workflow cannot be read as YAML", meaning=_MEANING)
        return
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield stopped(path, "the workflow is empty, or is not an object", meaning=_MEANING)
        return
    if before is None:
        yield look(path, "a new workflow runs", meaning=_MEANING, after=path)
    yield from _permissions(path, old, new)
    yield from _triggers(path, old, new)
    yield from _jobs(path, old, new)


def _permissions(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Observation]:
    was, is_ = (_granted(each) for each in (old, new))
    for where in sorted(is_ - was):
        yield stopped(path, f"it gets the permission {where}", meaning=_MEANING, after=where)
    if "permissions" in old and "permissions" not in new:
        yield stopped(path, "it no longer limits its permissions", meaning=_MEANING, before=shown(old["permissions"]))


def _granted(workflow: Mapping[str, Any]) -> set[str]:
    found = set()
    scopes = [("", workflow), *((f"{name}: ", job) for name, job in _jobs_of(workflow).items())]
    for name, scope in scopes:
        permissions = scope.get("permissions") if isinstance(scope, Mapping) else None
        if isinstance(permissions, str):
            found.add(f"{name}{permissions}")
        elif isinstance(permissions, Mapping):
            found.update(f"{name}{key}: {value}" for key, value in permissions.items() if value not in {"none", "read"})
    return found


def _triggers(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Observation]:
    was, is_ = (_events(each) for each in (old, new))
    for event in sorted(set(is_) - set(was)):
        if event in DANGEROUS:
            yield stopped(path, f"it runs on {event}, with the secrets of the base", meaning=_MEANING, after=event)
        elif old:
            yield look(path, f"it runs on {event} as well", meaning=_MEANING, after=event)
    for event in sorted(set(was) - set(is_)):
        yield stopped(path, f"it no longer runs on {event}", meaning=_MEANING, before=event)
    for event in sorted(set(was) & set(is_)):
        if was[event] != is_[event]:
            yield stopped(
                path,
                f"it runs on other cases of {event}",
                meaning=_MEANING,
                before=shown(was[event]),
                after=shown(is_[event]),
            )


def _events(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    found = workflow.get("on", {})
    if isinstance(found, str):
        return {found: ""}
    return dict.fromkeys(found, "") if isinstance(found, list) else found


def _jobs_of(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    found = workflow.get("jobs")
    return found if isinstance(found, Mapping) else {}


def _jobs(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Observation]:
    was, is_ = _jobs_of(old), _jobs_of(new)
    for name in was:
        if name not in is_:
            yield stopped(path, f"job {name} is removed", meaning=_MEANING, before=name)
    for name, job in is_.items():
        yield from _uses(path, name, job, was.get(name))
        if name in was and was[name] != job:
            yield from _job(path, name, was[name], job)


def _job(path: str, name: str, old: Any, new: Any) -> Iterator[Observation]:
    for leaf in leaves(old, new):
        word = leaf.path.rpartition(".")[2]
        what = f"{leaf.path} of job {name} changes"
        if leaf.path.startswith("permissions") or word in {"name", "uses", "timeout-minutes"}:
            continue  # judged above, or without an effect on what is checked
        gone = leaf.after is None
        weakening = word in {"if", "continue-on-error"} or (gone and leaf.path.startswith("steps"))
        report = stopped if weakening else look
        yield report(path, what, meaning=_MEANING, before=shown(leaf.before), after=shown(leaf.after))


def _uses(path: str, name: str, job: Any, old: Any) -> Iterator[Observation]:
    known = set(_actions(old))
    for action in _actions(job):
        if action in known or action.startswith("./"):
            continue
        if not _PINNED.fullmatch(action):
            yield stopped(
                path, f"job {name} uses {action}, which is not pinned to a commit", meaning=_MEANING, after=action
            )
        elif action.partition("@")[0] not in {each.partition("@")[0] for each in known}:
            yield look(path, f"job {name} uses another action, {action}", meaning=_MEANING, after=action)


def _actions(job: Any) -> Iterator[str]:
    if isinstance(job, Mapping):
        steps = job.get("steps")
        for each in (job, *(steps if isinstance(steps, list) else ())):
            if isinstance(each, Mapping) and isinstance(each.get("uses"), str):
                yield each["uses"]
