"""Reads the settings: CDK context, with environment variables above it.

Every setting has a path in the context (``delivery.dev.account`` in ``cdk.json``) and a variable made of the same words
(``DELIVERY_DEV_ACCOUNT``). A list is written in its variable with commas. Variables suit a try-out from a terminal; the
pipeline sees only what is committed.
"""

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipeline.errors import SettingsError
from pipeline.schema import CONTEXT_KEY, VARIABLES, Path, allowed, context_path, variables_below
from pipeline.settings import DeliverySettings

LISTS = frozenset({("approvers",)})
# The Makefile's own, in the same name space: where caches go.
NOT_SETTINGS = frozenset({"DELIVERY_CACHE"})


def read_settings(*, context: object, environ: Mapping[str, str]) -> DeliverySettings:
    """Return the settings in ``context``, the object under ``delivery``, overridden by ``environ``.

    Raises :class:`~pipeline.errors.SettingsError`, with one line for each setting that is wrong.
    """
    layered: Any = {} if context is None else copy.deepcopy(context)
    wrong = [
        f"the variable {name} names no setting; allowed: {', '.join(VARIABLES)}"
        for name in sorted(environ.keys() - VARIABLES.keys() - NOT_SETTINGS)
        if name.startswith(f"{CONTEXT_KEY.upper()}_")
    ]
    for name, path in VARIABLES.items():
        if name in environ:
            _put(layered, path, environ[name])
    try:
        settings = DeliverySettings.model_validate(layered)
    except ValidationError as error:
        # A list is also too short where its items are wrong: the first problem of a setting says it.
        problems = {_path(problem["loc"]): problem for problem in reversed(error.errors(include_context=False))}
        wrong += [_line(problem["type"], path, problem["input"]) for path, problem in reversed(problems.items())]
        raise SettingsError("\n".join(wrong)) from None
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _put(layered: Any, path: Path, text: str) -> None:
    for name in path[:-1]:
        # What is no object is left for the validation, which names it.
        layered = layered.setdefault(name, {}) if isinstance(layered, dict) else layered
    if isinstance(layered, dict):
        layered[path[-1]] = [item.strip() for item in text.split(",")] if path in LISTS else text


def _path(where: tuple[int | str, ...]) -> Path:
    return tuple(name for name in where if isinstance(name, str))


def _line(kind: str, path: Path, value: object) -> str:
    if kind == "extra_forbidden":
        return f"{context_path(path)} is not a setting; allowed: {allowed(path[:-1])}"
    state = "is missing" if kind == "missing" else f"is {value!r}"
    variables = ", ".join(variables_below(path))
    return f"{context_path(path)} (variable {variables}) {state}; allowed: {allowed(path)}"
