"""The hosts of package registries, from the configuration that pip, uv, and npm have on this machine.

A project's own files are not read: what a commit says must not open the door.
"""

import configparser
import json
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cdk_rehearsal.door.names import is_loopback, normalized

PIP_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS")
PIP_OPTIONS = ("index-url", "extra-index-url", "find-links")
UV_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
UV_OPTIONS = ("index-url", "extra-index-url", "find-links")
# pip's own words for its default: the index and the host of its files.
PIP_DEFAULT = re.compile(r'PackageIndex\(\s*"(?P<index>[^"]+)",\s*file_storage_domain="(?P<files>[^"]+)"')
PIP_DEFAULT_MODULE = "pip/_internal/models/index.py"
NPM_VARIABLES = ("npm_config_registry", "NPM_CONFIG_REGISTRY")
NPM_SECONDS = 60
PORTS = {"http": 80, "https": 443}


def registry_hosts(environ: Mapping[str, str], *, pip_wheel: Path | None, root: Path = Path("/")) -> frozenset[str]:
    """Return the hosts of all registries, defaults included; ``host:port`` for one on loopback.

    Args:
        environ: the user's environment: HOME, PATH, and the tools' own variables.
        pip_wheel: a pip, which knows the default index; None if Python has none.
        root: where ``/etc`` is.
    """
    return configured_hosts(environ, root) | _hosts([*_default_index(pip_wheel), *_npm(environ)])


def configured_hosts(environ: Mapping[str, str], root: Path = Path("/")) -> frozenset[str]:
    """Return those that variables, pip's files, and uv's files name, without starting a program."""
    home = Path(environ.get("HOME", root))
    variables = [environ.get(name, "") for name in NPM_VARIABLES]
    return _hosts([*_pip(environ, home, root), *_uv(environ, home, root), *variables])


def _hosts(urls: Iterable[str]) -> frozenset[str]:
    return frozenset(host for url in urls if (host := _host(url)))


def _pip(environ: Mapping[str, str], home: Path, root: Path) -> Iterator[str]:
    for name in PIP_VARIABLES:
        yield from environ.get(name, "").split()
    files = [
        root / "etc/pip.conf",
        root / "etc/xdg/pip/pip.conf",
        home / ".pip/pip.conf",
        home / ".config/pip/pip.conf",
    ]
    files += [home / "Library/Application Support/pip/pip.conf"]
    files += [Path(environ["PIP_CONFIG_FILE"])] if "PIP_CONFIG_FILE" in environ else []
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(file.read_text())
        except (OSError, configparser.Error):
            continue
        for section in parser.sections():
            for option in PIP_OPTIONS:
                yield from parser.get(section, option, fallback="").split()


def _default_index(wheel: Path | None) -> Iterator[str]:
    if wheel is None:
        return
    with zipfile.ZipFile(wheel) as files:
        found = PIP_DEFAULT.search(files.read(PIP_DEFAULT_MODULE).decode())
    if found:
        yield found["index"]
        yield f"https://{found['files']}"


def _uv(environ: Mapping[str, str], home: Path, root: Path) -> Iterator[str]:
    for name in UV_VARIABLES:
        for word in environ.get(name, "").split():
            yield word.rpartition("=")[2] if "://" not in word.partition("=")[0] else word
    configured = Path(environ.get("XDG_CONFIG_HOME", home / ".config"))
    for file in (root / "etc/uv/uv.toml", configured / "uv/uv.toml"):
        try:
            settings = tomllib.loads(file.read_text())
        except (OSError, tomllib.TOMLDecodeError):
            continue
        yield from _uv_settings({**settings.get("pip", {}), **settings})


def _uv_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for option in UV_OPTIONS:
        value = settings.get(option, [])
        yield from [value] if isinstance(value, str) else value
    for index in settings.get("index", []):
        yield str(index.get("url", ""))


def _npm(environ: Mapping[str, str]) -> Iterable[str]:
    """Ask npm, which knows its default and all places of its configuration. Nothing where npm is missing or fails."""
    try:
        answer = subprocess.run(
            ["npm", "config", "list", "--json"],  # noqa: S607 - the user's npm
            env={**environ},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=NPM_SECONDS,
        )
        found: dict[str, Any] = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []
    return [str(value) for name, value in found.items() if name == "registry" or name.endswith(":registry")]


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in PORTS or not parts.hostname:
        return ""
    host = normalized(parts.hostname)
    return f"{host}:{port or PORTS[parts.scheme]}" if is_loopback(host) else host
