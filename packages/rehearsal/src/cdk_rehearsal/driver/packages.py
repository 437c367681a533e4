"""Stand-ins for the package managers of a build image, which would change the user's machine."""

import shlex
from collections.abc import Iterable
from pathlib import Path

MANAGERS = ("apt-get", "apt", "yum", "dnf", "apk")
# Without privileges to gain, sudo runs what it is asked to: a build on AWS is root already.
SUDO = """#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -u|-g|-p|-C|-D|-h|-r|-t) shift 2 ;;
    --) shift; break ;;
    -*) shift ;;
    *=*) export "$1"; shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] && exec "$@"
"""
MANAGER = """#!/bin/sh
provided={provided}
work= missing=
for word in "$@"; do
  case "$word" in
    -*|*=*) ;;
    *) if [ -z "$work" ]; then work=$word; else case " $provided " in
      *" $word "*) ;;
      *) missing="$missing $word" ;;
    esac; fi ;;
  esac
done
case "$work" in
  install|add|reinstall|groupinstall|localinstall) ;;
  *) exit 0 ;;
esac
[ -z "$missing" ] && exit 0
for word in $missing; do
  echo "{name} install $word: a rehearsal installs nothing on this machine;" \
    "install $word yourself, then pass --provided $word" >&2
done
exit 100
"""


def write_managers(folder: Path, provided: Iterable[str]) -> None:
    """Write programs that accept the packages which are ``provided``, and refuse others with advice."""
    quoted = shlex.quote(" ".join(provided))
    _write(folder / "sudo", SUDO)
    for name in MANAGERS:
        _write(folder / name, MANAGER.format(name=name, provided=quoted))


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)
