"""Lock files of dependency groups that build on each other, so that one installation serves all of them."""

import re
from pathlib import Path

_PIN = re.compile(r"(?m)^(?=[A-Za-z0-9])")
"""Where the block of one pinned package begins; its hashes and comments are indented below it."""


def added(lock: Path, *, below: Path | None) -> str:
    """Return the pins of the lock file ``lock`` that the group ``below`` it does not have already.

    Raises ``ValueError`` if the groups pin different versions of a package, or if the smaller group has one more.
    """
    own, inherited = _pins(lock), _pins(below) if below else []
    for pin in inherited:
        if _release(pin) not in {_release(each) for each in own}:
            raise ValueError(f"{lock}: does not pin {_release(pin)} as {below} does; run `make lock`")
    # A package that the smaller group has on some platforms only is in both.
    return "".join(pin for pin in own if pin not in inherited)


def _release(pin: str) -> str:
    return re.split(r"[\s;]", pin, maxsplit=1)[0]


def _pins(lock: Path) -> list[str]:
    """The blocks of ``lock``, one per pin; a package has several if its version depends on the platform."""
    text = re.sub(r"(?m)^\s*#.*\n", "", lock.read_text())
    return [block for block in _PIN.split(text) if block.strip()]
