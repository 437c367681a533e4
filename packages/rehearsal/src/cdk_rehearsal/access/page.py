"""The comparison of what roles may do with what they did, as Markdown for people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SHOWN = 3
NAMED = 20
LONG = 5_000  # characters; AWS's ReadOnlyAccess has thousands of actions

Json = Mapping[str, Any]


def markdown(found: Json) -> str:
    """Return what :func:`cdk_rehearsal.access.report.compare` found, as Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Json) -> Iterator[str]:
    yield "# Who may do what, and did it"
    yield ""
    yield "One run's view: what it did not need, an update, a deletion or a failure may."
    if found["left_out"]:
        yield ""
        yield f"**{found['left_out']} questions were not recorded**: what looks unused may have been used."
    idle = []
    for each in sorted(found["principals"], key=lambda each: (-len(each["denied"]), each["principal"])):
        if each["used"] or each["denied"]:
            yield from _principal(each)
        else:
            idle.append(each["principal"])
    if found["stale_explanations"]:
        yield ""
        yield "## Explains nothing any more"
        yield from (
            f"- `{each['role']}`: {', '.join(each['actions'])}: {each['reason']}"
            for each in found["stale_explanations"]
        )
    if idle:
        yield ""
        yield "## Did nothing in this run"
        yield from (f"- `{name}`" for name in idle)


def _principal(each: Json) -> Iterator[str]:
    yield ""
    yield f"## `{each['principal']}`"
    if each["denied"]:
        yield "Denied:"
        yield from (_denied(record) for record in each["denied"])
        yield ""
    if each["used"]:
        yield "| used | on | times | granted by |"
        yield "|---|---|---|---|"
        for action in sorted({record["action"] for record in each["used"]}):
            yield _row(action, [record for record in each["used"] if record["action"] == action])
    for grant in each["unused"]:
        yield ""
        yield from _grant(grant)


def _denied(record: Json) -> str:
    where = f"- `{record['action']}` on `{record['resource']}`, {record['count']} times"
    if record["statement"] is None:
        return f"{where}: a statement denies it"
    return f"{where}; this would allow it: `{json.dumps(record['statement'])}`"


def _row(action: str, records: Sequence[Json]) -> str:
    resources = [f"`{record['resource']}`" for record in records]
    more = f" and {len(resources) - SHOWN} more" if len(resources) > SHOWN else ""
    policies = sorted({policy for record in records for policy in record["granted_by"]})
    granted = ", ".join(policies) or "the resource's own policy"
    count = sum(record["count"] for record in records)
    return f"| {action} | {', '.join(resources[:SHOWN])}{more} | {count} | {granted} |"


def _grant(grant: Json) -> Iterator[str]:
    yield from (f"Explained: {reason}" for reason in grant["explained"])
    idle = [f"`{pattern}`" for pattern in (*grant["unused_actions"], *grant["unused_resources"])]
    more = f" and {len(idle) - NAMED} more" if len(idle) > NAMED else ""
    what = f"never used: {', '.join(idle[:NAMED])}{more}" if idle else "wider than what was used"
    yield f"{grant['policy']}, {what}. Of"
    yield from _block(grant["statement"])
    if grant["narrower"] is None:
        yield "nothing was used."
    else:
        yield "this was enough:"
        yield from _block(grant["narrower"])


def _block(statement: Json) -> Iterator[str]:
    text = json.dumps(statement, indent=2)
    yield from (
        ("```json", text, "```") if len(text) <= LONG else ("a statement too long for here (access.json has it)",)
    )
