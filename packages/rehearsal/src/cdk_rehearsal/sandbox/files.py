"""The file system of a sandbox, built from its specification."""

import os

from cdk_rehearsal.sandbox.kernel import NO_DEVICES, NO_EXEC, NO_SETUID, PRIVATE, RECURSIVE, Kernel
from cdk_rehearsal.sandbox.specification import Mount, Specification

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
MEMORY = "mode=1777"


def arrange(specification: Specification, kernel: Kernel) -> None:
    """Show this process what the specification says and nothing else."""
    kernel.attach(None, "/", None, RECURSIVE | PRIVATE)
    root = specification.root
    if root:
        kernel.attach("tmpfs", root, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755")
        for folder in specification.folders:
            os.makedirs(root + folder, exist_ok=True)
        for link, target in specification.links:
            os.makedirs(os.path.dirname(root + link), exist_ok=True)
            os.symlink(target, root + link)
        for mount in specification.mounts:
            _show(mount, root, kernel)
        _furnish_devices(f"{root}/dev", kernel)
    for cover in specification.covers:
        _show(cover, root, kernel)
    for path in specification.hidden:
        _hide(root + path, kernel)
    process_folder = f"{root}/proc"
    os.makedirs(process_folder, exist_ok=True)
    kernel.attach("proc", process_folder, "proc", NO_SETUID | NO_DEVICES | NO_EXEC)
    if root:
        kernel.pivot(root)


def _show(mount: Mount, root: str, kernel: Kernel) -> None:
    target = root + mount.target
    if os.path.isdir(mount.source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _touch(target)
    kernel.bind(mount.source, target, writable=mount.writable)


def _hide(path: str, kernel: Kernel) -> None:
    if os.path.isdir(path):
        kernel.attach("tmpfs", path, "tmpfs", NO_SETUID | NO_DEVICES | NO_EXEC, "mode=755,size=4k")
    elif os.path.exists(path):
        kernel.bind("/dev/null", path, writable=True)


def _furnish_devices(folder: str, kernel: Kernel) -> None:
    for inner in ("shm", "pts"):
        os.makedirs(f"{folder}/{inner}", exist_ok=True)
    for name in DEVICES:
        _touch(f"{folder}/{name}")
        kernel.bind(f"/dev/{name}", f"{folder}/{name}", writable=True)
    kernel.attach("tmpfs", f"{folder}/shm", "tmpfs", NO_SETUID | NO_DEVICES, MEMORY)
    kernel.attach("devpts", f"{folder}/pts", "devpts", NO_SETUID | NO_EXEC, "newinstance,ptmxmode=0666,mode=620")
    os.symlink("pts/ptmx", f"{folder}/ptmx")
    for name, target in DEVICE_LINKS.items():
        os.symlink(target, f"{folder}/{name}")


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
