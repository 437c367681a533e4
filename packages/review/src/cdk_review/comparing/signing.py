"""The reviewed file that agrees to destructive changes."""

from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from cdk_review.errors import ReviewError
from cdk_review.model.deployment import Resource, Stage
from cdk_review.model.report import SignOff

FILE: Final = "signed-off.yaml"
SHORTEST: Final = 20
"""Characters of a reason. Fewer than that say that someone agreed, and not why."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """One agreement: to any destructive change of ``resource`` (a construct's path) in ``stage`` (its address)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: _Text
    resource: _Text
    reason: Annotated[_Text, Field(min_length=SHORTEST)]


_ENTRIES: Final = TypeAdapter(tuple[Entry, ...])


def read_entries(path: Path) -> tuple[Entry, ...]:
    """Read the sign-off file at ``path``; no file agrees to nothing.

    Raises :class:`~cdk_review.errors.ReviewError` where the file is not a list of entries, or names a resource twice.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReviewError(f"{path}: can't be read ({' '.join(str(error).split())})") from None
    try:
        entries = _ENTRIES.validate_python(document or ())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ReviewError(f"{path}: {where}: {first['msg']}; an entry has a stage, a resource and a reason") from None
    named = [(entry.stage, entry.resource) for entry in entries]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise ReviewError(f"{path}: {twice[1]} of {twice[0]} has two entries; one is enough")
    return entries


def sign(stages: tuple[Stage, ...], entries: tuple[Entry, ...]) -> tuple[tuple[Stage, ...], tuple[SignOff, ...]]:
    """Return ``stages`` with the reasons of ``entries`` at the changes they agree to, and what became of each entry."""
    reasons = {(entry.stage, entry.resource): entry.reason for entry in entries}
    used: set[tuple[str, str]] = set()

    def signed(stage: Stage, resource: Resource) -> Resource:
        reason = reasons.get((stage.address, resource.path))
        if reason is None or not resource.destructive:
            return resource
        used.add((stage.address, resource.path))
        return resource.model_copy(update={"signed_off": reason})

    signed_stages = tuple(
        stage.model_copy(update={"resources": tuple(signed(stage, item) for item in stage.resources)})
        for stage in stages
    )
    return signed_stages, tuple(
        SignOff(**entry.model_dump(), stale=(entry.stage, entry.resource) not in used) for entry in entries
    )
