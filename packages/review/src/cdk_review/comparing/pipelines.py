"""How the stages and actions of the pipelines change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from cdk_review.comparing.pairs import Pair
from cdk_review.model.deployment import Action, Pipeline, PipelineStage
from cdk_review.model.part import Kind
from cdk_review.reading.model import Stack, path_of

TYPE: Final = "AWS::CodePipeline::Pipeline"
_OWN_PARTS: Final = ("Stages", "Name")
Document = Mapping[str, Any]


def compare_pipelines(found: Iterable[Pair]) -> tuple[Pipeline, ...]:
    """The pipelines that differ, each whole, in the order of their stacks."""
    return tuple(pipeline for pair in found for pipeline in _pipelines(pair))


def _pipelines(pair: Pair) -> Iterator[Pipeline]:
    old, new = _of(pair.before), _of(pair.after)
    for id_ in dict.fromkeys([*new, *old]):
        before, after = old.get(id_), new.get(id_)
        if before == after:
            continue
        details = _differing(before or {}, after or {}, without=_OWN_PARTS) if before and after else ()
        stages = tuple(_stages(_list(before, "Stages"), _list(after, "Stages")))
        if before and after and not details and all(stage.change is None for stage in stages):
            continue
        resource = pair.stack.resources.get(id_, {})
        path = path_of(resource, stack=pair.stack, logical_id=id_)
        yield Pipeline(path=path, change=_kind(before, after), details=details, stages=stages)


def _of(stack: Stack | None) -> Mapping[str, Document]:
    if stack is None:
        return {}
    return {id_: item.get("Properties", {}) for id_, item in stack.resources.items() if item["Type"] == TYPE}


def _list(document: Document | None, name: str) -> Sequence[Document]:
    found: Sequence[Document] = (document or {}).get(name) or ()
    return found


def _kind(before: Any, after: Any) -> Kind:
    return "added" if before is None else "removed" if after is None else "changed"


def _stages(before: Sequence[Document], after: Sequence[Document]) -> Iterator[PipelineStage]:
    old, new = _by_name(before), _by_name(after)
    for name in _merged(list(old), list(new)):
        was, is_ = old.get(name), new.get(name)
        actions = tuple(_actions(_list(was, "Actions"), _list(is_, "Actions")))
        alone = _differing(was or {}, is_ or {}, without=("Actions", "Name"))
        unchanged = was is not None and is_ is not None and not alone and all(item.change is None for item in actions)
        yield PipelineStage(name=name, change=None if unchanged else _kind(was, is_), actions=actions)


def _actions(before: Sequence[Document], after: Sequence[Document]) -> Iterator[Action]:
    old, new = _by_name(before), _by_name(after)
    names = sorted(_merged(list(old), list(new)), key=lambda name: _order(new.get(name) or old[name]))
    for name in names:
        was, is_ = old.get(name), new.get(name)
        document = is_ or was or {}
        type_ = document.get("ActionTypeId", {})
        details = _action_details(was, is_) if was is not None and is_ is not None else ()
        change = None if was is not None and is_ is not None and not details else _kind(was, is_)
        kind = "/".join(str(type_.get(part, "?")) for part in ("Category", "Provider"))
        yield Action(name=name, kind=kind, change=change, details=details)


def _action_details(before: Document, after: Document) -> tuple[str, ...]:
    """What differs in an action, its configuration by key."""
    return (
        *_differing(before, after, without=("Configuration", "Name")),
        *_differing(before.get("Configuration") or {}, after.get("Configuration") or {}, without=()),
    )


def _differing(before: Document, after: Document, *, without: Sequence[str]) -> tuple[str, ...]:
    names = dict.fromkeys(chain(before, after))
    return tuple(name for name in names if name not in without and before.get(name) != after.get(name))


def _order(action: Document) -> int:
    order = action.get("RunOrder", 1)
    return order if isinstance(order, int) else 1


def _by_name(items: Sequence[Document]) -> dict[str, Document]:
    return {str(item.get("Name", "?")): item for item in items}


def _merged(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The names of both, in the later order; what is gone stands behind what it stood behind."""
    merged = list(after)
    for place, name in enumerate(before):
        if name not in after:
            previous = next((item for item in reversed(before[:place]) if item in merged), None)
            merged.insert(0 if previous is None else merged.index(previous) + 1, name)
    return merged
