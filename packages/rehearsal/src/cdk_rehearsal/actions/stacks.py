"""Watching a stack until its operation ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError

POLL_SECONDS = 0.25
GOOD_ENDS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"})
CONSEQUENCE = "Resource creation cancelled"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack: its status with the reason, and its outputs."""

    id: str
    name: str
    status: str
    reason: str
    outputs: Mapping[str, str]


def find_stack(client: Any, name: str) -> Stack | None:
    """Return the stack of that name or id, or None where there is none."""
    try:
        (found,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as refused:
        error = refused.response["Error"]
        if error["Code"] == "ValidationError" and "does not exist" in error["Message"]:
            return None
        raise
    return Stack(
        id=found["StackId"],
        name=found["StackName"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
    )


class StackWatch:
    """Follows one operation on a stack, by the events that it adds."""

    def __init__(self, context: ActionContext, stack_id: str, *, new: bool = False) -> None:
        """Watch the stack.

        Make this before the operation starts: what happened to the stack so far is old. To a ``new`` stack, whose
        creation is watched, nothing is.
        """
        self._context = context
        self._stack_id = stack_id
        self._seen: set[str] = set() if new else {event["EventId"] for event in self._events()}
        self._failures: list[str] = []
        self._begun = False

    def until_done(self) -> Stack:
        """Return the stack after the operation succeeded; log its events as they come.

        Raises:
            ActionFailedError: it failed, with the resource that failed first and the reason.
        """
        while True:
            stack = find_stack(self._context.clients("cloudformation"), self._stack_id)
            self._log_new_events()
            if stack is None or self._ended(stack):
                break
            self._context.progress.report(summary=f"Stack {stack.name}: {stack.status}")
            self._context.progress.pause(POLL_SECONDS)
        if stack is None:
            raise ActionFailedError(f"Stack {self._stack_id} disappeared while it was watched")
        if stack.status not in GOOD_ENDS:
            why = self._failures[0] if self._failures else stack.reason or "no reason given"
            raise ActionFailedError(f"Stack {stack.name} ended in {stack.status}: {why}")
        return stack

    def _ended(self, stack: Stack) -> bool:
        """An operation has ended once it has shown an event and nothing is in progress."""
        return self._begun and not stack.status.endswith("_IN_PROGRESS")

    def _events(self) -> list[dict[str, Any]]:
        """Return all events, oldest first."""
        pages = self._context.clients("cloudformation").get_paginator("describe_stack_events")
        events = [event for page in pages.paginate(StackName=self._stack_id) for event in page["StackEvents"]]
        return events[::-1]

    def _log_new_events(self) -> None:
        for event in self._events():
            if event["EventId"] in self._seen:
                continue
            self._seen.add(event["EventId"])
            self._begun = True
            reason = event.get("ResourceStatusReason", "")
            status, logical_id = event["ResourceStatus"], event["LogicalResourceId"]
            about = f"{event['ResourceType']} {logical_id}"
            self._context.log.line(f"{status:<28} {about}{': ' + reason if reason else ''}")
            if status.endswith("_FAILED") and not reason.startswith(CONSEQUENCE):
                self._failures.append(f"{logical_id} ({event['ResourceType']}) {status}: {reason or 'no reason given'}")
