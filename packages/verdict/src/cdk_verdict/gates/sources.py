"""Python files: tests that are gone, skipped, or check less, and gates that check less."""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from cdk_verdict.gates.observing import look, stopped
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Observation

GATES: Final = ("compliance/*", "steps/*", "packages/verdict/src/*", "packages/assembly/src/*", "packages/review/src/*")
"""Where this repository's own gates are. Another repository names its own."""
SKIPS: Final = frozenset({"skip", "skipif", "xfail", "skipTest", "importorskip"})
MOST: Final = 3


@dataclass(frozen=True, kw_only=True)
class _File:
    """What a Python file checks.

    Attributes:
        tests: How many assertions each test function has.
        skips: How often it skips tests.
        code: What it does, without comments, docstrings, and layout.
        listed: The texts in its constants, by name.
        calls: The names that it calls.
    """

    tests: Mapping[str, int]
    skips: int
    code: str
    listed: Mapping[str, frozenset[str]]
    calls: frozenset[str]


def compare_sources(base: Tree, head: Tree, *, gates: tuple[str, ...] = GATES) -> Iterator[Observation]:
    """Yield tests that are gone or skipped, and changed gates."""
    changed = [path for path in sorted({*base, *head}) if path.endswith(".py") and base.get(path) != head.get(path)]
    old = {path: _read(base[path]) for path in changed if path in base}
    new = {path: _read(head[path]) for path in changed if path in head}
    for path in changed:
        if path in new and new[path] is None:
            yield look(path, "the file is not Python that can be read", meaning="tests")
    yield from _tests(old, new)
    for path in changed:
        if any(fnmatchcase(path, pattern) for pattern in gates) and "/tests/" not in path:
            yield from _gate(path, old.get(path), new.get(path))


def _read(content: bytes) -> _File | None:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return None
    _without_docstrings(tree)
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    return _File(
        tests={each.name: _assertions(each) for each in functions if each.name.startswith("test")},
        skips=sum(isinstance(each, ast.Attribute) and each.attr in SKIPS for each in ast.walk(tree)),
        code=ast.dump(tree),
        listed=dict(_constants(tree)),
        calls=frozenset(
            each.func.id for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        ),
    )


def _without_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                each
                for each in body
                if not (
                    isinstance(each, ast.Expr)
                    and isinstance(each.value, ast.Constant)
                    and isinstance(each.value.value, str)
                )
            ]


def _assertions(function: ast.AST) -> int:
    checks = ("assert", "raises", "warns")
    return sum(
        isinstance(each, ast.Assert)
        or (isinstance(each, ast.Attribute) and each.attr.lower().startswith(checks))
        or (isinstance(each, ast.Name) and each.id.lower().startswith(checks))
        for each in ast.walk(function)
    )


def _constants(tree: ast.Module) -> Iterator[tuple[str, frozenset[str]]]:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper() and value is not None:
                texts = (each.value for each in ast.walk(value) if isinstance(each, ast.Constant))
                names = (each.id for each in ast.walk(value) if isinstance(each, ast.Name))
                yield target.id, frozenset({*(text for text in texts if isinstance(text, str)), *names})


def _tests(old: Mapping[str, _File | None], new: Mapping[str, _File | None]) -> Iterator[Observation]:
    before = Counter(name for file in old.values() if file for name in file.tests)
    after = Counter(name for file in new.values() if file for name in file.tests)
    gone, added = before - after, after - before
    for path, file in old.items():
        if file is None:
            continue
        is_ = new.get(path)
        lost = sorted(name for name in file.tests if gone.get(name))
        fresh = [name for name in (is_.tests if is_ else {}) if added.get(name)]
        if lost:
            # As many new tests in the same file are taken for the old ones under other names.
            report = look if len(fresh) >= len(lost) else stopped
            more = f" and {len(lost) - MOST} more" if lost[MOST:] else ""
            yield report(
                path, f"tests are gone: {', '.join(lost[:MOST])}{more}", meaning="tests", before=" ".join(lost)
            )
    for path, after_file in new.items():
        was = old.get(path)
        if after_file is None:
            continue
        if after_file.skips > (was.skips if was else 0):
            yield stopped(path, "tests are skipped or expected to fail", meaning="tests", after=str(after_file.skips))
        for name, count in after_file.tests.items():
            known = was.tests.get(name) if was else None
            if known is not None and count < known:
                report = stopped if not count else look
                yield report(
                    path, f"{name} checks less than before", meaning="tests", before=str(known), after=str(count)
                )


def _gate(path: str, old: _File | None, new: _File | None) -> Iterator[Observation]:
    if old is None:
        return
    if new is None:
        yield stopped(path, "a part of the gate is removed", meaning="gate", before=path)
        return
    if old.code == new.code:
        return
    weaker = False
    for name, texts in old.listed.items():
        lost = sorted(texts - new.listed.get(name, frozenset()))
        if lost:
            weaker = True
            yield stopped(
                path, f"{name} no longer holds {', '.join(lost[:MOST])}", meaning="gate", before=" ".join(lost)
            )
    for call in sorted(old.calls - new.calls):
        if call[:1].isupper():
            weaker = True
            yield stopped(path, f"{call} is no longer used", meaning="gate", before=call)
    if not weaker:
        yield look(path, "code of a gate changes", meaning="gate", after=str(hash_of(new.code)))


def hash_of(code: str) -> str:
    """Return a digest of what a file does, so that a sign-off agrees to exactly that."""
    return hashlib.sha256(code.encode()).hexdigest()[:16]
