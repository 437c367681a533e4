"""Operations that a kill has cut off, as they look to the emulator that starts after it."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Mapping
from typing import Any, Final

from ministack.services import s3
from ministack.services.cloudformation import _stacks

REASON = "The emulator ended while this went on"
ENDS: Final[Mapping[str, str]] = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "IMPORT_IN_PROGRESS": "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_FAILED",
}
"""How an operation ends that nobody carries on, by CloudFormation's stack status codes."""


def stack_changes() -> bool:
    """Whether an operation on a stack is under way."""
    return any(stack["StackStatus"] in ENDS for stack in _stacks.all_values())


def mend(saved: Mapping[str, Any]) -> None:
    """Close operations in what was saved, and drop buckets that were made after it: only objects are on the disk."""
    if "cloudformation" in saved:
        for stack in saved["cloudformation"]["stacks"].all_values():
            close(stack)
    if "s3" in saved:
        known = saved["s3"]["buckets_meta"]._data
        for key in [key for key in s3._buckets._data if key not in known]:
            del s3._buckets._data[key]


def close(stack: dict[str, Any]) -> None:
    """End what was under way on a stack."""
    status = stack["StackStatus"]
    if status in ENDS:
        stack |= {"StackStatus": ENDS[status], "StackStatusReason": f"{REASON} ({status})"}
