"""Template values as text in which each part that is known only at deployment is one letter."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cdk_assembly import Stack
from cdk_verdict.access.patterns import FIRST_UNKNOWN, LAST_UNKNOWN, is_token
from cdk_verdict.diffing import key_of

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


@dataclass(kw_only=True)
class Texts:
    """Renders values of one pair of stacks, so that the same expression is the same letter in base and head.

    Attributes:
        wild: The letters whose text may itself hold wildcards: parameters, imports, conditional values.
    """

    letters: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    wild: set[str] = field(default_factory=set)

    def render(self, value: Any, stack: Stack) -> str:
        """Return ``value`` as text."""
        if isinstance(value, str):
            return _VARIABLE.sub(lambda found: self._variable(found[1]), value)
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        if isinstance(value, Mapping) and len(value) == 1:
            ((function, argument),) = value.items()
            rendered = self._function(function, argument, stack)
            if rendered is not None:
                return rendered
        return self._token(f"${{{key_of(value)}}}", wild=True)

    def _function(self, function: str, argument: Any, stack: Stack) -> str | None:
        match function:
            case "Ref" if isinstance(argument, str):
                return self._reference(argument, stack)
            case "Fn::Join" if _is_join(argument):
                return str(argument[0]).join(self.render(part, stack) for part in argument[1])
            case "Fn::Sub":
                return self._substituted(argument, stack)
            case "Fn::GetAtt":
                name = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
                return self._token(f"${{{name}}}", wild=False)
        return None

    def readable(self, text: str) -> str:
        """Return ``text`` for people: with expressions in the place of letters."""
        return "".join(self.names.get(letter, letter) for letter in text)

    def is_wild(self, text: str) -> bool:
        """Whether ``text`` may hold wildcards that nobody sees in the template."""
        return any(letter in self.wild for letter in text)

    def _variable(self, name: str) -> str:
        """A policy variable, whose value IAM takes literally."""
        return self._token(f"${{{name}}}", wild=False)

    def _reference(self, name: str, stack: Stack) -> str:
        known = pseudo(name, stack)
        if known is not None:
            return known
        parameters = stack.template.get("Parameters")
        is_parameter = isinstance(parameters, Mapping) and name in parameters
        return self._token(f"${{{name}}}", wild=is_parameter)

    def _substituted(self, argument: Any, stack: Stack) -> str:
        text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})  # noqa: PLR2004
        if not isinstance(text, str) or not isinstance(given, Mapping):
            return self._token(f"${{{key_of(argument)}}}", wild=True)

        def replaced(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return self._variable(name[1:])
            if name in given:
                return self.render(given[name], stack)
            if "." in name:
                return self._token(f"${{{name}}}", wild=False)
            return self._reference(name, stack)

        return _VARIABLE.sub(replaced, text)

    def _token(self, name: str, *, wild: bool) -> str:
        if name not in self.letters:
            letter = chr(ord(FIRST_UNKNOWN) + len(self.letters))
            if letter > LAST_UNKNOWN:
                letter = LAST_UNKNOWN
                wild = True
            self.letters[name] = letter
            self.names[letter] = name
            if wild:
                self.wild.add(letter)
        return self.letters[name]


def pseudo(name: str, stack: Stack) -> str | None:
    """Return the value of the pseudo parameter ``name`` in the environment of ``stack``; None if nothing tells."""
    region = None if stack.region.startswith("unknown") else stack.region
    china = region is not None and region.startswith("cn-")
    values = {
        "AWS::AccountId": None if stack.account.startswith("unknown") else stack.account,
        "AWS::Region": region,
        "AWS::Partition": "aws-cn" if china else "aws-us-gov" if region and region.startswith("us-gov-") else "aws",
        "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
    }
    return values.get(name)


def has_token(text: str) -> bool:
    """Whether a part of ``text`` is known only at deployment."""
    return any(map(is_token, text))


def _is_join(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)  # noqa: PLR2004
