from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict
from ministack.services import s3
from ministack.services.cloudformation import _stacks

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.extensions import interrupted

ACCOUNT = "9" * 12


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    with hooks.scope(ACCOUNT, "eu-west-1"):
        yield
        for name in list(_stacks):
            del _stacks[name]


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("CREATE_IN_PROGRESS", "CREATE_FAILED"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"),
        ("DELETE_IN_PROGRESS", "DELETE_FAILED"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"),
    ],
)
def test_an_operation_that_was_cut_off_has_ended_and_says_why(status: str, ended: str) -> None:
    stacks = AccountRegionScopedDict()
    stacks["app"] = {"StackStatus": status}
    interrupted.mend({"cloudformation": {"stacks": stacks}})
    reason = f"The emulator ended while this went on ({status})"
    assert stacks["app"] == {"StackStatus": ended, "StackStatusReason": reason}


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_a_stack_at_rest_stays_as_it_is(status: str) -> None:
    stacks = AccountRegionScopedDict()
    stacks["app"] = {"StackStatus": status}
    interrupted.mend({"cloudformation": {"stacks": stacks}})
    assert stacks["app"] == {"StackStatus": status}


@pytest.mark.parametrize(
    ("status", "changes"), [("REVIEW_IN_PROGRESS", False), ("UPDATE_COMPLETE", False), ("UPDATE_IN_PROGRESS", True)]
)
def test_a_stack_changes_while_an_operation_is_under_way(status: str, *, changes: bool) -> None:
    _stacks["app"] = {"StackStatus": status}
    assert interrupted.stack_changes() is changes


def test_a_bucket_that_only_its_objects_tell_of_was_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk, known = AccountScopedDict(), AccountScopedDict()
    on_disk["kept"], on_disk["late"], known["kept"] = {}, {}, {}
    monkeypatch.setattr(s3, "_buckets", on_disk)
    saved: dict[str, Any] = {"s3": {"buckets_meta": known}}
    interrupted.mend(saved)
    assert list(on_disk) == ["kept"]
    interrupted.mend({})
    assert list(on_disk) == ["kept"]
