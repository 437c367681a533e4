"""Which line builds the construct at a path."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cdk_review.model.findings import Place
from cdk_review.source.calls import Call, Source

ENTRY: Final = "cdk.json"
"""Where a finding stands when nothing in the source leads to it: the file that names the app."""
FUNCTIONS_DEEP: Final = 3
"""How many functions of the source may lie between a class and the call that builds a part of it."""


def place_of(path: str, source: Source) -> Place | None:
    """The deepest call on the way to the construct at ``path`` that the source shows; None where it shows none.

    Ids that are written out are followed through the classes that the calls name. An id that is worked out is taken
    for the next step of the path where only one such call builds a construct of the source.
    """
    place: Place | None = None
    calls = source.outside
    steps = path.split("/")
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        call = next((item for item in calls if step in item.texts), None)
        if call is None and place is not None:
            call = _dynamic(source, following)
        if call is None:
            continue
        place = call.place
        body = source.bodies.get(call.name)
        if body is not None:
            calls = tuple(_with_functions(body.calls, source, depth=FUNCTIONS_DEEP))
    return place


def fallback(root: Path) -> Place | None:
    """Where a finding is shown that no line is known for; None in a tree without the CDK's own file."""
    return Place(file=ENTRY, line=1) if (root / ENTRY).is_file() else None


def _dynamic(source: Source, following: str | None) -> Call | None:
    """The one call with a worked-out id whose construct holds the ``following`` step."""
    found = {
        call.place: call
        for body in source.bodies.values()
        for call in body.calls
        if call.dynamic
        and (made := source.bodies.get(call.name)) is not None
        and made.construct
        and any(following in inner.texts for inner in made.calls)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _with_functions(calls: tuple[Call, ...], source: Source, *, depth: int) -> Iterator[Call]:
    """The calls, and those of the functions among them."""
    yield from calls
    if depth:
        for call in calls:
            body = source.bodies.get(call.name)
            if body is not None and not body.construct:
                yield from _with_functions(body.calls, source, depth=depth - 1)
