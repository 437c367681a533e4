"""Reading a buildspec: YAML or JSON text in, the typed specification or one line of faults out."""

import json
import re
from typing import Any

import yaml
from pydantic import ValidationError

from cdk_rehearsal.codebuild.specification import Buildspec
from cdk_rehearsal.errors import RehearsalError

DEFAULT_FILE = "buildspec.yml"
WORDING = {
    "missing": "is missing",
    "extra_forbidden": "is not part of a buildspec",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "string_type": "must be text",
}


class BuildspecError(RehearsalError):
    """A buildspec breaks a rule. The message is one line: where, what, what is allowed."""


class _Loader(yaml.SafeLoader):
    """YAML whose scalars stay text, so that ``3.10`` and ``yes`` reach a variable as they were written."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("^<<$"), ["<"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(~|null|)$"), ["~", "n", ""])


def parse_buildspec(text: str) -> Buildspec:
    """Read a buildspec from YAML or JSON text.

    Raises:
        BuildspecError: the text is neither, or breaks a rule; one line with every fault and its place.
    """
    try:
        return Buildspec.model_validate(_without_nulls(_load(text)))
    except yaml.YAMLError as error:
        raise BuildspecError(f"buildspec: not readable as YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise BuildspecError("buildspec: " + "; ".join(map(_fault, error.errors()))) from error


def is_inline(buildspec: str) -> bool:
    """Say whether a project's ``buildspec`` is the text itself rather than a path in its source."""
    return "\n" in buildspec.strip() or buildspec.lstrip().startswith("{")


def _load(text: str) -> object:
    if text.lstrip().startswith("{"):  # JSON may be indented with tabs, which YAML forbids
        try:
            return json.loads(text, parse_int=str, parse_float=str)
        except ValueError:
            pass  # a YAML flow mapping starts with a brace, too
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader


def _without_nulls(value: object) -> object:
    """Drop keys without a value, which YAML writers leave behind and AWS ignores."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _fault(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] in WORDING:
        return f"{place or 'the whole'} {WORDING[error['type']]}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
