"""What may be set, by name: read from the settings model, so that it is written once."""

from collections.abc import Iterator
from inspect import isclass

from pydantic import BaseModel

from pipeline.settings import DeliverySettings

Path = tuple[str, ...]
Schema = dict[str, "Schema | str"]
"""A setting's name to what is allowed there, or to the settings inside it."""

CONTEXT_KEY = "delivery"


def _schema_of(model: type[BaseModel]) -> Schema:
    fields = model.model_fields.items()
    return {
        name: _schema_of(field.annotation)
        if isclass(field.annotation) and issubclass(field.annotation, BaseModel)
        else str(field.description)
        for name, field in fields
    }


def _leaves(schema: Schema, above: Path = ()) -> Iterator[Path]:
    for name, inside in schema.items():
        path = (*above, name)
        if isinstance(inside, str):
            yield path
        else:
            yield from _leaves(inside, path)


def context_path(path: Path) -> str:
    """Return where a setting stands in the context: ``delivery.dev.account``."""
    return ".".join((CONTEXT_KEY, *path))


def variable(path: Path) -> str:
    """Return the environment variable of a setting: ``DELIVERY_DEV_ACCOUNT``."""
    return "_".join((CONTEXT_KEY, *path)).upper()


def variables_below(path: Path) -> list[str]:
    """Return the variables of the setting at ``path``, or of all settings inside it."""
    return [name for name, leaf in VARIABLES.items() if leaf[: len(path)] == path]


def allowed(path: Path) -> str:
    """Say what may stand at ``path``."""
    inside: Schema | str = SCHEMA
    for name in path:
        inside = inside[name] if not isinstance(inside, str) else inside
    return inside if isinstance(inside, str) else f"an object with {', '.join(inside)}"


SCHEMA = _schema_of(DeliverySettings)
VARIABLES = {variable(path): path for path in _leaves(SCHEMA)}
