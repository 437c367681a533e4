"""What a sandboxed process sees: a build its part of the machine, another program all files but a private network."""

import os
from functools import cache
from pathlib import Path

from cdk_rehearsal.sandbox.settings import SandboxSettings
from cdk_rehearsal.sandbox.specification import Mount, Specification
from cdk_rehearsal.sandbox.system import (
    FOLDERS,
    bundles,
    private_configuration,
    system_folders,
)

NETWORK_FILES = {
    "hosts": "127.0.0.1 localhost\n",
    "resolv.conf": "nameserver 127.0.0.1\noptions attempts:1\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
}
AWS_HOME = "/root"
TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - what the build sees there is its own
EMPTY_FOLDERS = ("/run", "/var/log", "/var/lib", "/home", "/srv", "/mnt", "/proc", "/sys", "/tmp", "/root")  # noqa: S108


def network_specification(settings: SandboxSettings) -> Specification:
    """Return the sandbox of a program of the user's own: all files as they are, the door as the only network."""
    return Specification(covers=_covers(settings), door=str(settings.door), listeners=settings.listeners)


def build_specification(
    settings: SandboxSettings, *, workspace: Path, home: Path, temporary: Path, packages: Path
) -> Specification:
    """Return the sandbox of a build, which sees its workspace, tools, caches, and read-only folders of the system.

    ``home`` and ``temporary`` are folders of the workspace; ``packages`` are what its Python environment starts with.
    """
    root = settings.folder / "root"
    root.mkdir(exist_ok=True)
    folders, links = system_folders()
    certificates = [Mount(source=str(path), target=str(path)) for path in _certificates(settings)]
    tools = [Mount(source=str(path), target=str(path)) for path in (packages, *settings.tools) if not _is_system(path)]
    caches = [Mount(source=str(path), target=str(path), writable=True) for path in settings.caches]
    temporary_folders = [Mount(source=str(temporary), target=target, writable=True) for target in TEMPORARY]
    workspaces = [Mount(source=str(workspace), target=str(workspace), writable=True)]
    seen = [*folders, *certificates, *tools, *caches, *temporary_folders, *workspaces]
    if not any(Path(each.target).is_relative_to(AWS_HOME) for each in seen):
        seen.append(Mount(source=str(home), target=AWS_HOME, writable=True))
    return Specification(
        root=str(root),
        folders=EMPTY_FOLDERS,
        links=tuple(links),
        mounts=tuple(sorted(seen, key=lambda each: each.target.count("/"))),
        covers=_covers(settings),
        hidden=_hidden(settings.home),
        door=str(settings.door),
        listeners=settings.listeners,
    )


def _covers(settings: SandboxSettings) -> tuple[Mount, ...]:
    """Return what is laid over the system's: how names are found, and what is trusted."""
    folder = settings.folder / "etc"
    folder.mkdir(exist_ok=True)
    for name, text in NETWORK_FILES.items():
        path = folder / name
        if not path.exists():
            path.write_text(text)
    names = [
        Mount(source=str(folder / name), target=os.path.realpath(f"/etc/{name}"))
        for name in NETWORK_FILES
        if os.path.isfile(f"/etc/{name}")
    ]
    return (*names, *(Mount(source=str(settings.bundle), target=target) for target in bundles()))


def _certificates(settings: SandboxSettings) -> list[Path]:
    """Return the files that environment variables of a build name."""
    return sorted(settings.bundle.parent.glob("*.pem"))


def _is_system(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in FOLDERS)


def _hidden(home: Path) -> tuple[str, ...]:
    inside = (str(home),) if _is_system(home) else ()
    return (*inside, *_private_configuration())


@cache
def _private_configuration() -> tuple[str, ...]:
    return tuple(private_configuration()) if os.geteuid() == 0 else ()
