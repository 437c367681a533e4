"""CODEOWNERS: who owns a path, and whether a change takes an owner away.

Source: "About code owners", GitHub Docs: the last matching pattern takes precedence; a pattern without owners leaves a
path unowned.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cdk_verdict.gates.observing import stopped
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Observation

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in this order."""
MOST: Final = 3
WILDCARDS: Final = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, kw_only=True)
class Owners:
    """The rules of one CODEOWNERS file, in its order."""

    rules: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = ()

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of ``path``; empty if it has none."""
        for pattern, names in reversed(self.rules):
            if pattern.match(path):
                return names
        return ()


def read_owners(tree: Tree) -> Owners:
    """Return the owners that the files of ``tree`` define; nobody if there is no CODEOWNERS file."""
    text = next((tree[place] for place in PLACES if place in tree), b"")
    return Owners(rules=tuple(_rules(text.decode(errors="replace"))))


def _rules(text: str) -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    for line in text.splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        if pattern:
            yield _compiled(pattern), tuple(names)


def _compiled(pattern: str) -> re.Pattern[str]:
    """A gitignore pattern, as far as CODEOWNERS has them: no negation and no sets."""
    anchored = "/" in pattern.rstrip("/")
    body = pattern.strip("/")
    text = ""
    for part in re.split(r"(/\*\*/|\*\*/|/\*\*|\*|\?)", body):
        text += {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}.get(
            part, re.escape(part)
        )
    end = "$" if pattern.endswith("/*") else "/.*" if pattern.endswith("/") else "(?:/.*)?$"
    return re.compile(f"{'' if anchored or pattern.startswith('/') else '(?:.*/)?'}{text}{end}")


def compare_owners(base: Tree, head: Tree) -> Iterator[Observation]:
    """Yield whose approval head no longer asks for, on any path of either side."""
    old, new = read_owners(base), read_owners(head)
    place = next((each for each in PLACES if each in base), PLACES[0])
    lost: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for path in sorted({*base, *head}):
        was, is_ = old.of(path), new.of(path)
        # Any one owner's approval is enough, so that one more owner is one more way around the others.
        if was and set(was) != set(is_) and not (is_ and set(is_) < set(was)):
            lost.setdefault((was, is_), []).append(path)
    for (was, is_), paths in lost.items():
        yield stopped(
            place,
            f"the owners of {_listed(paths)} change from {' or '.join(was)} to {' or '.join(is_) or 'nobody'}",
            meaning="code owners",
            before=" ".join(was),
            after=" ".join(is_),
        )


def _listed(paths: Iterable[str]) -> str:
    listed = list(paths)
    return ", ".join(listed[:MOST]) + (f" and {len(listed) - MOST} more" if listed[MOST:] else "")
