"""The parts of the machine that belong to nobody: programs, libraries, and public configuration, all read-only."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cdk_rehearsal.sandbox.specification import Mount

FOLDERS = ("/etc", "/usr", "/opt", "/nix", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/home/linuxbrew")
CONFIGURATION = Path("/etc")
# Where distributions keep the bundle of certificates that programs trust.
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def system_folders(paths: tuple[str, ...] = FOLDERS) -> tuple[list[Mount], list[tuple[str, str]]]:
    """Return the folders to mount, and the links to repeat (``/bin`` leads to ``usr/bin`` today)."""
    links = [(path, os.readlink(path)) for path in paths if os.path.islink(path)]
    mounts = [Mount(source=path, target=path) for path in paths if os.path.isdir(path) and not os.path.islink(path)]
    return mounts, links


def private_configuration(folder: Path = CONFIGURATION) -> Iterator[str]:
    """Yield what is not public in ``/etc``: builds of root run as root, and could read it."""
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.is_symlink():
            continue
        if not _is_public(entry):
            yield entry.path
        elif entry.is_dir():
            yield from private_configuration(Path(entry.path))


def bundles(paths: tuple[str, ...] = BUNDLES) -> list[str]:
    """Return the system's bundles of certificates, each as the file that the path leads to."""
    return list(dict.fromkeys(os.path.realpath(path) for path in paths if os.path.isfile(path)))


def _is_public(entry: "os.DirEntry[str]") -> bool:
    mode = entry.stat(follow_symlinks=False).st_mode
    needed = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
    return mode & needed == needed
