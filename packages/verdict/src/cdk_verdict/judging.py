"""Judges a change: every part of the verdict, one after another."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cdk_assembly import Assembly, read_assembly
from cdk_verdict.access.observing import access
from cdk_verdict.losses import losses
from cdk_verdict.model import Kind, Observation, Outcome, Verdict, verdict_of
from cdk_verdict.network import network
from cdk_verdict.protections.judging import protections

Part = Callable[[], Iterable[Observation]]


def judge(base: Path, head: Path) -> Verdict:
    """Return the verdict on the change from the assembly in ``base`` to the one in ``head``.

    Raises :class:`~cdk_assembly.AssemblyError` if one of them cannot be read.
    """
    return judge_assemblies(read_assembly(base), read_assembly(head))


def judge_assemblies(base: Assembly, head: Assembly, *, more: Iterable[tuple[str, Part]] = ()) -> Verdict:
    """Return the verdict on the change from ``base`` to ``head``, with the parts ``more`` by name."""
    parts: tuple[tuple[str, Part], ...] = (
        ("losses", lambda: losses(base, head)),
        ("access", lambda: access(base, head)),
        ("network", lambda: network(base, head)),
        ("protections", lambda: protections(base, head)),
        *more,
    )
    return verdict_of(each for name, part in parts for each in careful(name, part))


def careful(name: str, part: Part) -> Iterator[Observation]:
    """Yield what ``part`` observes. A part that fails on input that nobody foresaw needs a look: it is never clean."""
    try:
        yield from part()
    except Exception as error:  # noqa: BLE001 - whatever it is, the verdict must not be clean, and not be a traceback
        yield Observation(
            kind=Kind.UNKNOWN,
            severity=Outcome.NEEDS_LOOK,
            sentence=f"The {name} of this change could not be judged ({type(error).__name__}: {error}).",
            todo="Review the change by hand, and report the template that caused this.",
            meaning=name,
        )
