"""The list of resources that are only recorded."""

import json
from collections.abc import Mapping
from pathlib import Path

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.wiring.operations import ResourceOperation


class Ledger:
    """The resources that are only recorded, a line of JSON each.

    Its members: type, logical_id, stack, account, region, id (what Ref answers) and reason.
    """

    def __init__(self, path: Path, reasons: Mapping[str, str]) -> None:
        """Continue what an earlier run of the same emulator wrote; ``reasons`` names the types that are noted."""
        self._path = path
        self._reasons = reasons
        self._entries: list[dict[str, str]] = (
            [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        )

    def note(self, operation: ResourceOperation) -> None:
        """Add a resource that was made, and forget one that was deleted, if their type is only recorded."""
        if operation.resource_type not in self._reasons or operation.verb == "update":
            return
        entry = {
            "type": operation.resource_type,
            "logical_id": operation.logical_id,
            "stack": operation.stack,
            "account": hooks.account(),
            "region": hooks.region(),
            "id": operation.resource_id,
            "reason": self._reasons[operation.resource_type],
        }
        if operation.verb == "create":
            self._entries.append(entry)
        else:
            self._entries = [kept for kept in self._entries if _identity(kept) != _identity(entry)]
        self._write()

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text("".join(json.dumps(entry) + "\n" for entry in self._entries))
        draft.replace(self._path)


def _identity(entry: dict[str, str]) -> tuple[str, ...]:
    return tuple(entry[name] for name in ("type", "id", "account", "region"))
