"""The calls in a source tree that may build constructs, and the text in it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cdk_review.model.findings import Place

MENTIONS: Final = (b"aws_cdk", b"constructs")
"""A file without either of these words builds no construct."""
APART: Final = frozenset({"tests", "node_modules", "cdk.out"})
LONG_PIECE: Final = 30
"""Characters of a piece of text that stands for the whole; shorter ones may be anywhere."""
ID_PARAMETERS: Final = frozenset({"id", "id_", "construct_id"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call, by the last part of its name, with the text among its first two arguments."""

    name: str
    texts: tuple[str, ...]
    dynamic: bool
    place: Place


@dataclass(frozen=True, kw_only=True)
class Body:
    """A class or function, or a module's own lines, and the calls in it."""

    construct: bool
    calls: tuple[Call, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source tree: bodies by name, the calls outside of classes, and where each text stands."""

    bodies: Mapping[str, Body]
    outside: tuple[Call, ...]
    texts: Mapping[str, Place]

    def place_of_text(self, text: str) -> Place | None:
        """Where ``text`` is written, or the first long piece of it that is written out among worked-out ones."""
        pieces = (place for piece, place in self.texts.items() if len(piece) >= LONG_PIECE and piece in text)
        return self.texts.get(text) or next(pieces, None)


@dataclass
class _Reading:
    bodies: dict[str, list[Body]] = field(default_factory=dict)
    outside: list[Call] = field(default_factory=list)
    texts: dict[str, Place] = field(default_factory=dict)


def read_source(root: Path) -> Source:
    """Read the Python files below ``root`` that can build constructs; what is no Python is left out."""
    reading = _Reading()
    for path in _files(root):
        content = path.read_bytes()
        if any(word in content for word in MENTIONS):
            try:
                tree = ast.parse(content)
            except (SyntaxError, ValueError):
                continue
            _read(tree, str(path.relative_to(root)), reading)
    # A name that stands for two things says nothing.
    bodies = {name: found[0] for name, found in reading.bodies.items() if len(found) == 1}
    return Source(bodies=bodies, outside=tuple(reading.outside), texts=reading.texts)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in APART or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix == ".py":
            yield path


def _read(tree: ast.Module, file: str, reading: _Reading) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            reading.texts.setdefault(node.value, Place(file=file, line=node.lineno))
    for node in tree.body:
        calls = tuple(_calls(node, file))
        if isinstance(node, ast.ClassDef):
            reading.bodies.setdefault(node.name, []).append(Body(construct=_takes_id(node), calls=calls))
            continue
        if isinstance(node, ast.FunctionDef):
            reading.bodies.setdefault(node.name, []).append(Body(construct=False, calls=calls))
        reading.outside += calls


def _takes_id(node: ast.ClassDef) -> bool:
    """Whether instances are made with a scope and an id."""
    makers = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
    return any(parameter.arg in ID_PARAMETERS for maker in makers for parameter in maker.args.args)


def _calls(node: ast.AST, file: str) -> Iterator[Call]:
    for item in ast.walk(node):
        if not isinstance(item, ast.Call) or not isinstance(item.func, ast.Name | ast.Attribute):
            continue
        name = item.func.id if isinstance(item.func, ast.Name) else item.func.attr
        first = item.args[:2]
        texts = tuple(arg.value for arg in first if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
        place = Place(file=file, line=item.lineno)
        yield Call(name=name, texts=texts, dynamic=len(first) > 1 and not texts, place=place)
