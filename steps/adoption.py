"""The template by which a new stack takes over what a deleted one has kept."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from compliance.stateful import PROTECTED

VARIABLE: Final = re.compile(r"\$\{(?!!)([^}]+)}")
"""What ``Fn::Sub`` puts in ("Fn::Sub", CloudFormation Template Reference)."""
KEPT_PARTS: Final = ("Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy", "Metadata")
REGION: Final = "us-east-1"
"""Whose schemas are asked: what can't change of a type is the same everywhere."""


class CannotAdoptError(Exception):
    """A kept resource can't be taken over without harm; says which, and why."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A property that the import leaves to the next delivery, and why."""

    logical_id: str
    property: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What to import: a template of the adopted resources alone, and what of them it does not say."""

    template: Mapping[str, Any]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A deleted stack.

    ``ids`` are the physical ids of its resources by logical id, ``adopted`` the resources to import, and ``missing``
    those that were never created.
    """

    ids: Mapping[str, str]
    adopted: Collection[str]
    missing: Collection[str] = ()


def adoption(template: Mapping[str, Any], stack: Stack) -> Adoption:
    """Return how to take over what ``stack`` says of the ``template`` of a deleted stack.

    A reference to what is gone becomes the name that it had. Where it asked for more than a name, or for something that
    was never created, the property is left out, and the next delivery sets it. So is what protects against deletion: an
    import changes nothing, and the delivery switches it on whether or not somebody had switched it off.

    Raises:
        CannotAdoptError: A property would be left out that can't change: its next delivery would replace the resource.
    """
    stack = replace(stack, missing=template["Resources"].keys() - stack.ids.keys())
    resources: dict[str, Any] = {}
    left_out: list[LeftOut] = []
    for id_ in sorted(stack.adopted):
        resource = template["Resources"][id_]
        kept = {part: resource[part] for part in KEPT_PARTS if part in resource}
        properties, missing = _properties(id_, resource, stack)
        resources[id_] = kept | {"Properties": properties}
        left_out += missing
    mappings = {"Mappings": template["Mappings"]} if "Mappings" in template else {}
    return Adoption(template={**mappings, "Resources": resources}, left_out=tuple(left_out))


def _properties(id_: str, resource: Mapping[str, Any], stack: Stack) -> tuple[dict[str, Any], list[LeftOut]]:
    type_ = resource["Type"]
    said, left_out = {}, []
    for name, value in resource.get("Properties", {}).items():
        gone = sorted(_gone(value, stack))
        if name == PROTECTED.get(type_):
            left_out.append(LeftOut(logical_id=id_, property=name, why="may have been switched off by hand"))
        elif not gone:
            said[name] = _named(value, stack)
        elif name in _fixed(type_):
            raise CannotAdoptError(
                f"{id_} ({type_}) can't be adopted: its {name} asks for {' and '.join(gone)}, which is gone, and can't "
                "change without replacing it"
            )
        else:
            left_out.append(LeftOut(logical_id=id_, property=name, why=f"asks for {' and '.join(gone)}, which is gone"))
    return said, left_out


def _gone(value: Any, stack: Stack) -> Iterator[str]:
    """Yield what ``value`` asks for that nobody knows: attributes of what is gone, and names of what never was."""
    match value:
        case {"Ref": str(id_)} if id_ in stack.missing:
            yield id_
        case {"Fn::GetAtt": [str(id_), *attribute]} if id_ not in stack.adopted:
            yield ".".join([id_, *map(str, attribute)])
        case {"Fn::GetAtt": str(name)} if name.partition(".")[0] not in stack.adopted:
            yield name
        case {"Fn::Sub": [str(text), given]}:
            yield from (name for name in _gone({"Fn::Sub": text}, stack) if name not in given)
            yield from _gone(given, stack)
        case {"Fn::Sub": str(text)}:
            yield from (name for name in VARIABLE.findall(text) if _unknown(name, stack))
        case Mapping():
            yield from _gone(list(value.values()), stack)
        case list():
            for each in value:
                yield from _gone(each, stack)


def _unknown(name: str, stack: Stack) -> bool:
    id_, _, attribute = name.partition(".")
    return id_ in stack.missing or bool(attribute and id_ not in stack.adopted)


def _named(value: Any, stack: Stack) -> Any:
    """Return ``value`` with the names that resources had which are not taken over."""
    match value:
        case {"Ref": str(id_)} if id_ in stack.ids and id_ not in stack.adopted:
            return stack.ids[id_]
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": VARIABLE.sub(lambda found: _literal(found, stack), text)}
        case {"Fn::Sub": [str(text), given]}:
            return {"Fn::Sub": [_named({"Fn::Sub": text}, stack)["Fn::Sub"], _named(given, stack)]}
        case Mapping():
            return {name: _named(each, stack) for name, each in value.items()}
        case list():
            return [_named(each, stack) for each in value]
    return value


def _literal(found: re.Match[str], stack: Stack) -> str:
    return found[0] if found[1] in stack.adopted else stack.ids.get(found[1], found[0])


def _fixed(type_: str) -> set[str]:
    """Return the properties without which a resource of a type can't be, or that replace it when they change."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region=REGION, resource_type=type_).schema
    pointers = [*schema.get("createOnlyProperties", []), *schema.get("required", [])]
    return {pointer.removeprefix("/properties/").partition("/")[0] for pointer in pointers}
