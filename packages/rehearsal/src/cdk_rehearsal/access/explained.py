"""Why roles keep what a run did not use: the app says so in a file of its own."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from cdk_rehearsal.errors import RehearsalError

FILE: Final = "access-explained.yaml"
"""In the root of the app's repository."""
SHORTEST: Final = 20
"""Characters of a reason. Fewer say that somebody looked, and not why."""

Json = dict[str, Any]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Explanation(BaseModel):
    """Why roles whose name matches ``role`` have ``actions``, written as the policies write them, without using them.

    Stars in both stand for any text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: _Text
    actions: Annotated[tuple[_Text, ...], Field(min_length=1)]
    reason: Annotated[_Text, Field(min_length=SHORTEST)]


_EXPLANATIONS: Final = TypeAdapter(tuple[Explanation, ...])


def read_explanations(path: Path) -> tuple[Explanation, ...]:
    """Return what the file at ``path`` explains; no file explains nothing.

    Raises:
        RehearsalError: The file is not a list of explanations.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RehearsalError(f"{path}: can't be read ({' '.join(str(error).split())})") from None
    try:
        return _EXPLANATIONS.validate_python(document or ())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        wanted = "an explanation has a role, actions and a reason"
        raise RehearsalError(f"{path}: {where}: {first['msg']}; {wanted}") from None


def explain(found: Json, explanations: Sequence[Explanation]) -> Json:
    """Return ``found``, of :func:`cdk_rehearsal.access.report.compare`, with the reasons beside what was not used.

    Each unused statement gets ``explained``: the reasons if every action in question has one, nothing otherwise.
    ``stale_explanations`` are those that explain nothing.
    """
    used: set[Explanation] = set()
    principals = []
    for principal in found["principals"]:
        name = principal["principal"].rpartition("/")[2]
        told = [each for each in explanations if fnmatchcase(name, each.role)]
        unused = [grant | {"explained": _reasons(grant, told, used)} for grant in principal["unused"]]
        principals.append(principal | {"unused": unused})
    stale = [each.model_dump(mode="json") for each in explanations if each not in used]
    return found | {"principals": principals, "stale_explanations": stale}


def _reasons(grant: Mapping[str, Any], told: Sequence[Explanation], used: set[Explanation]) -> list[str]:
    said = grant["statement"].get("Action", "*")
    asked = grant["unused_actions"] or ([said] if isinstance(said, str) else said)
    by_action = {action: [each for each in told if _about(each, action)] for action in asked}
    if not all(by_action.values()):
        return []
    fitting = {each for found in by_action.values() for each in found}
    used |= fitting
    return sorted(each.reason for each in fitting)


def _about(explanation: Explanation, action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in explanation.actions)
