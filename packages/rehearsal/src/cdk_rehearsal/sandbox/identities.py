"""User and group ids inside a sandbox: the same as outside, so that files belong to whom they belonged."""

import os
from pathlib import Path


def identity_map(own: int, known: str, *, privileged: bool) -> str:
    """Return the lines for ``uid_map`` or ``gid_map``.

    Args:
        own: the id of whoever starts the sandbox.
        known: the map of the surrounding namespace.
        privileged: whether the writer may map ids other than its own.
    """
    if not privileged:
        return f"{own} {own} 1\n"
    lines = [line.split() for line in known.splitlines()]
    return "".join(f"{inside} {inside} {count}\n" for inside, _, count in lines)


def write_maps(process: int, *, known: tuple[str, str], privileged: bool) -> None:
    """Map the ids of a process that has just moved to a user namespace.

    ``known`` are the surrounding namespace's maps of users and groups.
    """
    folder = Path(f"/proc/{process}")
    if not privileged:
        (folder / "setgroups").write_text("deny")
    ids = (os.geteuid(), os.getegid())
    for name, own, outer in zip(("uid_map", "gid_map"), ids, known, strict=True):
        (folder / name).write_text(identity_map(own, outer, privileged=privileged))
