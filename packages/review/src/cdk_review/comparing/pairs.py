"""Which stack of the base stands for which of the head."""

from collections.abc import Iterator
from dataclasses import dataclass

from cdk_review.reading.model import Assembly, Stack, Template


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A stack before and after; None where it is not there."""

    before: Stack | None
    after: Stack | None

    @property
    def stack(self) -> Stack:
        """The stack as it will be, or as it was where it goes."""
        stack = self.after or self.before
        assert stack is not None  # noqa: S101 - one of the two is always there
        return stack

    @property
    def templates(self) -> tuple[Template, Template]:
        """Both templates, empty where there is no stack."""
        return (self.before.template if self.before else {}), (self.after.template if self.after else {})

    @property
    def both(self) -> tuple[Stack, ...]:
        """The stacks there are, the earlier one first."""
        return tuple(stack for stack in (self.before, self.after) if stack)


def pairs(base: Assembly, head: Assembly) -> Iterator[Pair]:
    """Every stack of both assemblies, in the order of the head."""
    for address in dict.fromkeys([*head.stacks, *base.stacks]):
        yield Pair(before=base.stacks.get(address), after=head.stacks.get(address))
