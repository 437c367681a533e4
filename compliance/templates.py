"""Templates as the project's own rules read them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Template:
    """One stack's template: its resources by logical id, and its own metadata."""

    resources: Mapping[str, Resource]
    metadata: Mapping[str, Any]

    def of_type(self, *kinds: str) -> Iterator[tuple[str, Resource]]:
        """The logical id and properties of each resource of these types."""
        for id_, resource in self.resources.items():
            if resource["Type"] in kinds:
                yield id_, properties(resource)


def read_template(path: Path) -> Template:
    """Return the template in the file at ``path``."""
    document = json.loads(path.read_text())
    return Template(resources=document.get("Resources", {}), metadata=document.get("Metadata", {}))


def properties(resource: Resource) -> Resource:
    """Return the properties of a resource; none where it has none."""
    found: Resource = resource.get("Properties", {})
    return found


def values(found: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted ``path`` below ``found``; ``*`` stands for each entry of a list.

    A step that is missing yields None, so that silence is seen; a list that is missing has no entries.
    """
    step, _, rest = path.partition(".")
    entries = as_list(found) if step == "*" else [found.get(step) if isinstance(found, Mapping) else None]
    for entry in entries:
        if rest:
            yield from values(entry, rest)
        else:
            yield entry


def as_list(value: Any) -> list[Any]:
    """Return as a list what CloudFormation and IAM write as one value, as a list of them, or not at all."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def statements(document: Any) -> Iterator[Resource]:
    """Every statement that allows something, of every policy document anywhere within ``document``."""
    if isinstance(document, list):
        for entry in document:
            yield from statements(entry)
    elif isinstance(document, Mapping):
        for entry in as_list(document.get("Statement")):
            if isinstance(entry, Mapping) and entry.get("Effect") == "Allow":
                yield entry
        for value in document.values():
            yield from statements(value)


def conditions(statement: Resource) -> set[str]:
    """The names of the condition keys of a statement, in lower case, as IAM compares them."""
    return {key.lower() for operator in statement.get("Condition", {}).values() for key in operator}
