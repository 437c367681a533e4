"""Waiting for a change set, and saying what it would change."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cdk_rehearsal.actions.contracts import ActionContext

POLL_SECONDS = 0.2
# CloudFormation has no status of its own for "nothing to do"; its sentences are what tools go by.
NO_CHANGES = re.compile(r"didn't contain changes|No updates are to be performed")


def settled(context: ActionContext, change_set_id: str) -> Mapping[str, Any]:
    """Return the change set once it is created or failed, with all pages of its changes."""
    while True:
        change_set = context.clients("cloudformation").describe_change_set(ChangeSetName=change_set_id)
        if change_set["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            break
        context.progress.pause(POLL_SECONDS)
    changes = list(change_set.get("Changes", []))
    token = change_set.get("NextToken")
    while token:
        page = context.clients("cloudformation").describe_change_set(ChangeSetName=change_set_id, NextToken=token)
        changes.extend(page.get("Changes", []))
        token = page.get("NextToken")
    return {**change_set, "Changes": changes}


def describe_changes(change_set: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each resource: what happens to it, its type and its logical id."""
    changes = [each["ResourceChange"] for each in change_set["Changes"]]
    if not changes:
        yield f"change set {change_set['ChangeSetName']}: no resource changes"
    for change in changes:
        yield f"{_word(change):<8} {change['ResourceType']} {change['LogicalResourceId']}"


def _word(change: Mapping[str, Any]) -> str:
    """A modification that may replace the resource is called by its worst outcome."""
    if change["Action"] == "Modify" and change.get("Replacement") in {"True", "Conditional"}:
        return "Replace" if change["Replacement"] == "True" else "Replace?"
    return str(change["Action"])
