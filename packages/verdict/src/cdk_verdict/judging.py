"""Judges a change: every part of the verdict, one after another."""

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from cdk_assembly import Assembly, read_assembly
from cdk_verdict.access.observing import access
from cdk_verdict.gates.acknowledgements import compare_acknowledgements
from cdk_verdict.gates.comparing import compare_trees
from cdk_verdict.gates.pipelines import compare_pipelines
from cdk_verdict.gates.trees import Tree
from cdk_verdict.limits import FILE, Limit, broken_limits, read_limits
from cdk_verdict.losses import losses
from cdk_verdict.model import Kind, Observation, Outcome, Verdict, verdict_of
from cdk_verdict.network import network
from cdk_verdict.protections.judging import protections
from cdk_verdict.secrets import added_secrets

Part = Callable[[], Iterable[Observation]]


def judge(base: Path, head: Path) -> Verdict:
    """Return the verdict on the change from the assembly in ``base`` to the one in ``head``.

    Raises :class:`~cdk_assembly.AssemblyError` if one of them cannot be read.
    """
    return judge_assemblies(read_assembly(base), read_assembly(head))


def judge_assemblies(
    base: Assembly,
    head: Assembly,
    *,
    base_tree: Tree | None = None,
    head_tree: Tree | None = None,
    limits: Iterable[Limit] | None = None,
) -> Verdict:
    """Return the verdict on the change from ``base`` to ``head``.

    Args:
        base: The assembly before.
        head: The assembly after.
        base_tree: The repository's files before; without both trees, only the assemblies are judged.
        head_tree: The repository's files after.
        limits: What no role may ever do; by default, those in the head's ``access-limits.yaml``.

    Raises :class:`~cdk_verdict.errors.VerdictError` if the limits cannot be read.
    """
    if limits is None:
        limits = read_limits((head_tree or {}).get(FILE, b""))
    asked = tuple(limits)
    parts: list[tuple[str, Part]] = [
        ("losses", lambda: losses(base, head)),
        ("access", lambda: access(base, head)),
        ("network", lambda: network(base, head)),
        ("protections", lambda: protections(base, head)),
        ("pipelines", lambda: compare_pipelines(base, head)),
        ("acknowledgements", lambda: compare_acknowledgements(base, head)),
        ("limits", lambda: broken_limits(head, asked)),
    ]
    if base_tree is not None and head_tree is not None:
        old, new = base_tree, head_tree
        parts.append(("files", lambda: compare_trees(old, new)))
        if find_spec("detect_secrets") is not None:
            parts.append(("secrets", lambda: added_secrets(old, new)))
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
