"""The system calls of a sandbox, which Python's standard library lacks, by way of libc."""

import ctypes
import fcntl
import os
import socket
import struct
from typing import Any

NEW_NAMESPACES = 0x0002_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000
"""CLONE_NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, and NEWNET of ``sched.h``."""
READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
DETACH = 2
# The mount flags that a remount in a user namespace must repeat, by what statvfs calls them.
KEPT_FLAGS = {2: NO_SETUID, 4: NO_DEVICES, 8: NO_EXEC, 1024: 1024, 2048: 2048, 4096: 1 << 21}
DEATH_SIGNAL, DROP_BOUNDING, NO_NEW_PRIVILEGES = 1, 24, 38
LAST_CAPABILITY = 40
# Capabilities of a container's root (Docker's defaults). Without CAP_SYS_ADMIN it can't uncover what is hidden.
CONTAINER_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31})
SET_INTERFACE_FLAGS, UP_AND_RUNNING = 0x8914, 0x41


class Kernel:
    """Calls that raise ``OSError``, with the path that they were about."""

    def __init__(self, libc: Any = None) -> None:
        """Use ``libc``, by default the one that this process has loaded."""
        self._libc = libc or ctypes.CDLL(None, use_errno=True)

    def unshare(self) -> None:
        """Move this process to namespaces of its own; the process-id namespace takes the next child."""
        self._check(self._libc.unshare(NEW_NAMESPACES), "user namespaces")

    def attach(self, source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
        """Attach a file system, or change how one is attached. The arguments are those of the system call."""
        words = [word if word is None else os.fsencode(word) for word in (source, target, kind)]
        given = None if options is None else options.encode()
        self._check(self._libc.mount(*words, ctypes.c_ulong(flags), given), target)

    def bind(self, source: str, target: str, *, writable: bool) -> None:
        """Show ``source`` at ``target``, with what is mounted below it."""
        self.attach(source, target, None, BIND | RECURSIVE)
        if not writable:
            for point in mount_points(target):
                self._make_read_only(point)

    def pivot(self, root: str) -> None:
        """Make ``root`` the file system's root, and let go of the old one."""
        os.chdir(root)
        self._check(self._libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), root)
        self._check(self._libc.umount2(b".", DETACH), "the old root")
        os.chdir("/")

    def die_with_parent(self) -> None:
        """Be killed when the parent ends."""
        self._check(self._libc.prctl(DEATH_SIGNAL, 9, 0, 0, 0), "prctl")

    def give_up_privileges(self) -> None:
        """Keep, of root's capabilities in this user namespace, those of a container's root; gain none by ``exec``."""
        for capability in range(LAST_CAPABILITY + 1):
            if capability not in CONTAINER_CAPABILITIES:
                self._libc.prctl(DROP_BOUNDING, capability, 0, 0, 0)  # one that this kernel does not know
        self._check(self._libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")

    def _make_read_only(self, point: str) -> None:
        has = os.statvfs(point).f_flag
        kept = sum(flag for name, flag in KEPT_FLAGS.items() if has & name)
        self.attach(None, point, None, BIND | REMOUNT | READ_ONLY | kept)

    @staticmethod
    def _check(result: int, subject: str) -> None:
        if result:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), subject)


_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}


def mount_points(below: str) -> list[str]:
    """Return the mount points at and below a path, in the order in which they were mounted."""
    root = os.path.realpath(below)
    with open("/proc/self/mountinfo", "rb") as file:
        points = [os.fsdecode(_unescaped(line.split(b" ")[4])) for line in file]
    return list(dict.fromkeys(point for point in points if point == root or point.startswith(f"{root}/")))


def _unescaped(path: bytes) -> bytes:
    for character in (b" ", b"\t", b"\n", b"\\"):
        path = path.replace(b"\\%03o" % character[0], character)
    return path


def bring_loopback_up() -> None:
    """Bring the network namespace's loopback interface up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
