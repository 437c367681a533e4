"""Room on the disk, checked before anything starts."""

import shutil
import tempfile
from pathlib import Path

from cdk_rehearsal.errors import RehearsalError

MEBIBYTE = 1024 * 1024
NEEDED = 64 * MEBIBYTE
"""Bytes that an empty database and the first logs take, rounded up."""


def temporary_folder() -> Path:
    """Return the folder of temporary files. Raises :class:`RehearsalError` if no such folder can be written to."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise RehearsalError(
            "TMPDIR: no space left in any temporary folder, or none is writable; free space, or set TMPDIR"
        ) from error


def require_space(*folders: Path) -> None:
    """Raise :class:`RehearsalError` if one of ``folders`` is on a full disk."""
    for folder in folders:
        free = shutil.disk_usage(folder).free
        if free < NEEDED:
            raise RehearsalError(
                f"{folder}: no space left on device ({free // MEBIBYTE} MiB free, {NEEDED // MEBIBYTE} MiB needed); "
                "free space, or set TMPDIR if this is the temporary folder"
            )
