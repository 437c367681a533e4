"""Checks, before anything is deployed, that the app's execution policies allow its templates."""

import json
from collections.abc import Mapping
from pathlib import Path

from cdk_rehearsal.access.simulation import Document, refusals
from cdk_rehearsal.access.targets import Place
from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.errors import RehearsalError


def require_policies(assembly: Assembly, policies: Mapping[str, list[Path]]) -> None:
    """Raise a :class:`RehearsalError` with a line for each permission that a stack of ``assembly`` would lack.

    ``policies`` are the files that CloudFormation works under, by account; an account that has none there is not
    judged, since CloudFormation may then do everything in it.
    """
    lines: list[str] = []
    for stack in assembly.stacks:
        files = policies.get(stack.environment.account, [])
        if files:
            documents = {f"{path.parent.name}/{path.name}": _read(path) for path in files}
            where = stack.environment
            place = Place(stack=stack.name, account=where.account, region=where.region)
            lines += refusals(place, assembly.template(stack), documents)
    if lines:
        raise RehearsalError("the execution policies do not allow what the templates need\n  " + "\n  ".join(lines))


def _read(path: Path) -> Document:
    try:
        document: Document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise RehearsalError(f"{path} is no IAM policy document: {error}") from error
    return document
