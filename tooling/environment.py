"""The clone's virtual environment: thin, since the packages that it imports lie in stores that clones share."""

import shlex
import shutil
import tomllib
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path


def lay_out(environment: Path, *, stores: Sequence[Path], sources: Sequence[Path]) -> None:
    """Make ``environment`` import from ``stores`` and ``sources``, and give it their commands.

    ``stores`` hold installed packages, each with a ``bin`` folder; ``sources`` are folders of projects in this clone
    (``pyproject.toml``, ``src/``), which are imported where they are. Does nothing if the environment is like that.
    """
    paths = [*stores, *(source / "src" for source in sources)]
    imports = "".join(f"import site; site.addsitedir({str(path)!r})\n" for path in paths)
    python = shlex.quote(str(environment / "bin" / "python"))
    # A shell starts Python, because a `#!` line cannot hold a path with a space.
    scripts = {
        name: f'#!/bin/sh\nexec {python} {arguments} "$@"\n'
        for name, arguments in (*_installed(stores), *_declared(sources))
    }
    record = environment / "made-from"
    content = "\n".join([imports, *(name + script for name, script in sorted(scripts.items()))])
    if record.is_file() and record.read_text() == content:
        return
    if environment.is_symlink():
        environment.unlink()
    shutil.rmtree(environment, ignore_errors=True)
    venv.create(environment, symlinks=True, with_pip=False)
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "clone.pth").write_text(imports)
    for command in (each for each in _commands(stores) if each.name not in scripts):
        (environment / "bin" / command.name).symlink_to(command)
    for name, script in scripts.items():
        (environment / "bin" / name).write_text(script)
        (environment / "bin" / name).chmod(0o755)
    record.write_text(content)


def _installed(stores: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The commands in Python that installed packages have, with the arguments that make Python run them."""
    for command in _commands(stores):
        with command.open("rb") as file:
            if b"python" in file.readline() + file.readline():
                yield command.name, shlex.quote(str(command))


def _commands(stores: Sequence[Path]) -> Iterator[Path]:
    return (each for store in stores for each in sorted((store / "bin").glob("*")) if each.is_file())


def _declared(sources: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The commands that projects of this clone declare, likewise."""
    for source in sources:
        project = tomllib.loads((source / "pyproject.toml").read_text())["project"]
        for name, target in project.get("scripts", {}).items():
            module, _, function = target.partition(":")
            code = f"import sys; from {module} import {function}; sys.argv[0] = {name!r}; sys.exit({function}())"
            yield name, f"-c {shlex.quote(code)}"
