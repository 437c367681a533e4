"""Makes assemblies in memory, and says what a verdict on two of them observes."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cdk_assembly import Assembly, Stack
from cdk_verdict import Observation, Outcome

Resources = Mapping[str, Any]
ACCOUNT = "333333333333"


def stack(resources: Resources | None = None, **fields: Any) -> Stack:
    template = {"Resources": resources or {}, **fields.pop("sections", {})}
    given: dict[str, Any] = {
        "path": "Shop/Prod/Data",
        "name": "prod-data",
        "stage": "Shop/Prod",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "file": "Data.template.json",
        **fields,
    }
    return Stack(template=template, **given)


def app(*stacks: Stack) -> Assembly:
    return Assembly(folder=Path("/nowhere"), stacks={each.path: each for each in stacks})


def resource(type_: str, *, keep: str | None = "Retain", **properties: Any) -> dict[str, Any]:
    policies = {} if keep is None else {"DeletionPolicy": keep, "UpdateReplacePolicy": keep}
    return {"Type": type_, **policies, "Properties": properties}


Part = Callable[[Assembly, Assembly], Iterable[Observation]]


def observed(part: Part, before: Resources | Stack, after: Resources | Stack) -> list[Observation]:
    base, head = (app(each if isinstance(each, Stack) else stack(each)) for each in (before, after))
    return list(part(base, head))


def outcome(found: Iterable[Observation]) -> Outcome:
    return max((each.severity for each in found), default=Outcome.CLEAN)


def said(found: Iterable[Observation]) -> str:
    return "\n".join(f"{each.severity.name} {each.sentence}" for each in found)
