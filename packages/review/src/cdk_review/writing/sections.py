"""The parts of the Markdown: what each says, in rows, and how much it matters."""

from collections.abc import Iterator

from cdk_review.model.deployment import Property, Resource, Stage
from cdk_review.model.findings import Finding, Place
from cdk_review.model.report import Report
from cdk_review.model.security import Access
from cdk_review.writing.escaping import code, codes
from cdk_review.writing.picture import picture
from cdk_review.writing.section import Section
from cdk_review.writing.verdict import verdict_sections
from cdk_review.writing.words import ACCESS, LOSS, ORDER, access_order, counted, ordered

FEW_PROPERTIES = 4


def sections(report: Report) -> Iterator[Section]:
    """Every part that has something to say, in the order in which they are read."""
    for section in _all(report):
        if section.rows:
            yield section


def _all(report: Report) -> Iterator[Section]:
    yield from verdict_sections(report)
    unsigned = tuple(_destruction(stage, resource) for stage, resource in report.unsigned)
    columns = ("What", "Where", "Why")
    yield Section(rank=0, title="Data that would be lost, not signed off", columns=columns, rows=unsigned)
    yield Section(
        rank=0,
        title="Sign-offs that no longer apply",
        columns=("Stages", "Digest", "Reason"),
        rows=tuple(
            (codes(entry.stages), code(entry.digest), code(entry.reason)) for entry in report.sign_offs if entry.stale
        ),
    )
    yield _findings(report, "new", rank=1, title="New findings")
    yield _findings(report, "open", rank=3, title="Findings still open")
    yield Section(
        rank=2,
        title="Who may do more, and what opens",
        columns=("Stage", "What the change allows"),
        rows=tuple((code(item.stage), _sentence(item)) for item in access_order(report.access)),
    )
    yield Section(
        rank=2,
        title="Protection taken away",
        columns=("Where", "Protection", "Before", "After"),
        rows=tuple(
            (code(guard.path), code(guard.protection), _value(guard.before), _value(guard.after))
            for guard in report.guards
        ),
    )
    yield from _pipelines(report)
    for stage in report.stages:
        yield _stage(stage)
    yield from _minor(report)


def _destruction(stage: Stage, resource: Resource) -> tuple[str, ...]:
    reasons = tuple(item for item in resource.properties if item.replaces) or resource.properties
    return (
        f"**{resource.change}** {code(resource.type)} in {code(stage.address)}",
        f"{code(resource.path)}{_at(resource.place)}",
        "<br>".join(filter(None, (LOSS[resource.change], _properties(reasons)))),
    )


def _findings(report: Report, state: str, *, rank: int, title: str) -> Section:
    rows = tuple(
        (code(item.rule), f"{code(item.path)}{_at(item.place)}", code(item.description))
        for item in report.findings
        if item.state == state
    )
    return Section(rank=rank, title=title, columns=("Rule", "Where", "What"), rows=rows)


def _sentence(access: Access) -> str:
    verb, preposition = ACCESS[access.kind]
    subject = "**everyone**" if access.everyone else codes(access.who)
    words = [subject, verb, codes(access.what)]
    if access.on:
        words += [preposition, codes(access.on)]
    if access.condition is not None:
        words += ["if", code(access.condition)]
    return " ".join(word for word in words if word)


def _pipelines(report: Report) -> Iterator[Section]:
    for pipeline in report.pipelines:
        rows = [(f"**{pipeline.change}**", code(pipeline.path), codes(pipeline.details))] if pipeline.details else []
        for stage in pipeline.stages:
            if stage.change in {"added", "removed"}:
                rows.append((f"**{stage.change}**", f"stage {code(stage.name)}", ""))
            rows += [
                (
                    f"**{action.change}**",
                    f"{code(stage.name)} · {code(action.name)}",
                    codes((action.kind, *action.details)),
                )
                for action in stage.actions
                if action.change is not None
            ]
        yield Section(
            rank=2,
            title="Pipeline",
            columns=("Change", "Where", "What"),
            rows=tuple(rows) or ((f"**{pipeline.change}**", code(pipeline.path), "the order of its parts"),),
            intro=f"```mermaid\n{picture(pipeline)}\n```\n\n",
        )


def _stage(stage: Stage) -> Section:
    changes = [resource.change for resource in stage.resources]
    said = [f"{changes.count(change)} {change}" for change in ORDER if change in changes]
    said += [counted(len(stage.others), "other change")] if stage.others else []
    rows = [_resource(resource) for resource in ordered(stage.resources)]
    rows += [(item.change, f"{item.section} {code(item.name)}", code(item.stack), "") for item in stage.others]
    return Section(
        rank=4,
        title=f"Stage {code(stage.address)}: {', '.join(said)}",
        columns=("Change", "What", "Where", "Values"),
        rows=tuple(rows),
        folded=True,
    )


def _resource(resource: Resource) -> tuple[str, ...]:
    grave = resource.change not in {"added", "changed"}
    change = f"**{resource.change}**" if grave else resource.change
    state = " **(holds data)**" if resource.stateful else ""
    signed = f" Signed off: {code(resource.signed_off)}" if resource.signed_off is not None else ""
    values = _properties(resource.properties) if resource.change != "added" else ""
    return change, f"{code(resource.type)}{state}", code(resource.path), f"{values}{signed}"


def _properties(properties: tuple[Property, ...]) -> str:
    shown = [f"{code(item.name)}: {_value(item.before)} → {_value(item.after)}" for item in properties[:FEW_PROPERTIES]]
    more = len(properties) - FEW_PROPERTIES
    return "<br>".join([*shown, f"and {more} more"] if more > 0 else shown)


def _value(value: str | None) -> str:
    return "nothing" if value is None else code(value)


def _at(place: Place | None) -> str:
    return "" if place is None else f" at {code(f'{place.file}:{place.line}')}"


def _minor(report: Report) -> Iterator[Section]:
    yield Section(
        rank=5,
        title="Assets",
        columns=("Change", "Asset", "Stages", "Files"),
        rows=tuple(
            (asset.change, code(asset.name), codes(asset.stages), codes(tuple(file.name for file in asset.files)))
            for asset in report.assets
        ),
        folded=True,
    )
    for state, rank, title in (
        ("stale", 3, "Acknowledgements that match nothing"),
        ("acknowledged", 7, "Acknowledged findings"),
        ("fixed", 6, "Findings that are gone"),
        ("advice", 6, "The CDK's own warnings"),
    ):
        found = [item for item in report.findings if item.state == state]
        yield Section(
            rank=rank,
            title=f"{title} ({len(found)})",
            columns=("Rules", "Where", "Reason", "Since"),
            rows=tuple(_accepted(found)),
            folded=True,
        )


def _accepted(findings: list[Finding]) -> Iterator[tuple[str, ...]]:
    """Findings with one reason in one row, those of this change first."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for item in findings:
        reason = item.reason if item.reason is not None else item.description
        together.setdefault((reason, _since(item)), []).append(item)
    for (reason, since), group in sorted(together.items(), key=lambda entry: not _of_this_change(entry[1][0])):
        rules, paths = ({getattr(item, name): None for item in group} for name in ("rule", "path"))
        yield codes(tuple(rules), most=6), codes(tuple(paths), most=6), code(reason), since


def _of_this_change(finding: Finding) -> bool:
    return finding.since is not None and finding.since.change


def _since(finding: Finding) -> str:
    since = finding.since
    if since is None:
        return ""
    if since.change:
        return "**this change**"
    return "before" if since.commit is None else f"{code(since.commit[:8])} of {code(since.date or '')}"
