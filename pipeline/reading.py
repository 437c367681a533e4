"""Reads the settings from CDK context and environment variables; a variable overrides the context.

A setting has a path in the context (``delivery.stages.dev.account`` in ``cdk.json``) and an environment variable of the
same words (``DELIVERY_STAGES_DEV_ACCOUNT``), which holds a list with commas. Variables are for a try from a terminal:
the pipeline sees what is committed.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from pipeline.errors import SettingsError
from pipeline.settings import CONTEXT_KEY, NOT_ALLOWED, DeliverySettings, Place
from pipeline.variables import Path, Variables, unknown, variables

ROWS = "stages/table.py"


def read_settings(*, context: object, environ: Mapping[str, str], rows: Collection[str]) -> DeliverySettings:
    """Return the settings in ``context``, the object under ``delivery``, overridden by ``environ``.

    ``rows`` are the names in the table of stages; settings and table must name the same stages.

    Raises :class:`~pipeline.errors.SettingsError`, with one line per wrong setting.
    """
    if not isinstance(context, Mapping | None):
        raise SettingsError(f"{CONTEXT_KEY}: {context!r} is not an object; use {_keys(())}")
    given: dict[str, Any] = dict(context or {})
    stages = given.get("stages")
    known = variables(dict.fromkeys([*(map(str, stages) if isinstance(stages, Mapping) else ()), *rows]))
    # In the order of the settings, since the order of an environment is arbitrary.
    found = {name: environ[name] for name in known if name in environ}
    wrong = [f"{name}: not a setting; use one of {', '.join(known)}" for name in unknown(environ, known)]
    try:
        settings = _layered(found)(**given)
    except ValidationError as error:
        # A list with wrong items has several problems: the first one is enough.
        problems = {_path(problem["loc"]): problem for problem in reversed(error.errors())}
        wrong += [_line(problem, path, known, found) for path, problem in reversed(problems.items())]
    else:
        wrong += _compare(settings.stages, rows)
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _layered(environ: Mapping[str, str]) -> type[DeliverySettings]:
    class Layered(DeliverySettings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return Variables(settings_cls, environ), init_settings

    return Layered


def _compare(stages: Collection[str], rows: Collection[str]) -> list[str]:
    without_row = [
        f"{_context(('stages', name))}: no row in {ROWS}; add one, such as {name!r}: DISPOSABLE"
        for name in stages
        if name not in rows
    ]
    without_entry = [
        f"{ROWS}: the row {name!r} has no account and Region; add {_context(('stages', name))} to cdk.json"
        for name in rows
        if name not in stages
    ]
    return without_row + without_entry


def _path(where: tuple[int | str, ...]) -> Path:
    # pydantic marks the key of a mapping by a part of its own.
    return tuple(name for name in where if isinstance(name, str) and name != "[key]")


def _context(path: Path) -> str:
    return ".".join((CONTEXT_KEY, *path))


def _keys(path: Path) -> str:
    return "an object with an entry per stage" if path == ("stages",) else f"an object with {_names(path)}"


def _names(path: Path) -> str:
    return ", ".join((Place if path else DeliverySettings).model_fields)


def _line(problem: ErrorDetails, path: Path, known: Mapping[str, Path], found: Mapping[str, str]) -> str:
    below = [name for name, leaf in known.items() if leaf[: len(path)] == path]
    (where,) = [name for name in below if known[name] == path and name in found] or [_context(path)]
    match problem["type"]:
        case "missing":
            return f"{where}: missing; set it in cdk.json, or set {', '.join(below)}"
        case "extra_forbidden":
            return f"{where}: not a setting; use one of {_names(path[:-1])}"
        case "too_short":
            return f"{where}: empty; use at least one"
        case kind if kind == NOT_ALLOWED:
            return f"{where}: {problem['msg']}"
        case _:
            return f"{where}: {problem['input']!r} is not {_kind(path)}"


def _kind(path: Path) -> str:
    return "a list; use ['…', …]" if path[0] in {"approvers", "order"} else f"an object; use {_keys(path)}"
