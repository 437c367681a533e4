"""What a rule is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from compliance.names import OWN
from compliance.templates import Template


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A resource that breaks a rule.

    Attributes:
        resource: Its logical id.
        location: The part of it that does, as a dotted path.
        what: What is wrong there, and how to mend it.
    """

    resource: str
    location: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One of the project's own rules.

    Attributes:
        name: The id without the plugin's name before it.
        says: What must hold, in one sentence.
        source: The document that it comes from.
        breaches: Finds what breaks it in one template.
    """

    name: str
    says: str
    source: str
    breaches: Callable[[Template], Iterator[Breach]]

    @property
    def id(self) -> str:
        """What reports and acknowledgements call the rule."""
        return f"{OWN}-{self.name}"
