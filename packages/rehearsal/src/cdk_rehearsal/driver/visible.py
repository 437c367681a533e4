"""The user's files that builds can see: tools on their PATH, and folders that their variables name."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

TOOLS = ("node", "npm", "npx", "git", "make")
MODULES = "/lib/node_modules/"


def tools_of(environ: Mapping[str, str], kept: Mapping[str, str], home: Path) -> list[Path]:
    """Return the installations to read: of Python, Node, git, and make, and of programs that a variable names."""
    found = [Path(sys.base_prefix), Path(sys.base_exec_prefix)]
    for name in TOOLS:
        program = shutil.which(name, path=environ.get("PATH"))
        if program:
            found.append(installation(Path(program).resolve(), home))
    for path in _named(kept):
        if path.is_file():
            found += [installation(path, home), installation(path.resolve(), home)]
    return list(dict.fromkeys(found))


def caches_of(kept: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folders to write: those that a variable names, unless the user's home is one or lies in one."""
    return list(dict.fromkeys(path for path in _named(kept) if path.is_dir() and not home.is_relative_to(path)))


def installation(program: Path, home: Path) -> Path:
    """Return the folder of all that belongs to a program, or the program where that would be more than its own."""
    text = str(program)
    if MODULES in text:
        folder = Path(text.partition(MODULES)[0])
    elif program.parent.name == "bin":
        folder = program.parent.parent
    else:
        return program
    return program if home.is_relative_to(folder) else folder


def _named(kept: Mapping[str, str]) -> Iterator[Path]:
    for value in kept.values():
        for part in value.split(":"):
            path = Path(part)
            if path.is_absolute() and path.exists():
                yield path
