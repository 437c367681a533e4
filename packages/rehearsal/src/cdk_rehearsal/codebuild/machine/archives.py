"""Zip archives, as sources come in and artifacts go out."""

import shutil
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from cdk_rehearsal.errors import RehearsalError

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same files, the same bytes
TYPE_AND_MODE = 16  # bits by which a Unix mode is shifted in external_attr


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive, execution bits and symbolic links included.

    Raises:
        RehearsalError: it is no zip archive, or an entry would land outside of the folder.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            unpacking = _Unpacking(source, folder)
            for entry in source.infolist():
                unpacking.unpack(entry)
    except zipfile.BadZipFile as error:
        raise RehearsalError(f"the source is no zip archive: {error}") from error


class _Unpacking:
    """Unpacks entry by entry. Each folder is looked at once, since a repository may have very many files."""

    def __init__(self, source: zipfile.ZipFile, folder: Path) -> None:
        self._source, self._folder = source, folder
        self._root = folder.resolve()
        self._made: set[Path] = set()

    def unpack(self, entry: zipfile.ZipInfo) -> None:
        mode = entry.external_attr >> TYPE_AND_MODE
        target = self._folder / entry.filename
        if target.parent not in self._made or target.name == "..":
            self._require_inside(target, entry.filename)
        if entry.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            return
        if target.parent not in self._made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        if stat.S_ISLNK(mode):
            link = self._source.read(entry).decode()
            self._require_inside(target.parent / link, f"{entry.filename} -> {link}")
            target.symlink_to(link)
            return
        with self._source.open(entry) as content, target.open("wb") as file:
            shutil.copyfileobj(content, file)
        if mode:
            target.chmod(stat.S_IMODE(mode))

    def _require_inside(self, path: Path, name: str) -> None:
        if not path.resolve().is_relative_to(self._root):
            raise RehearsalError(f"the source archive holds {name}, which lies outside of it")


def pack(files: Mapping[str, Path], archive: Path, *, keep_links: bool = False) -> None:
    """Write an archive of the files under their names in it; the same content gives the same bytes.

    Args:
        files: where each file of the archive is.
        archive: the zip to write.
        keep_links: store a symbolic link as one rather than what it leads to.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(str(PurePosixPath(name)), EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix: readers take the mode from external_attr
            if keep_links and path.is_symlink():
                entry.external_attr = (stat.S_IFLNK | 0o777) << TYPE_AND_MODE
                target.writestr(entry, str(path.readlink()))
                continue
            status = path.stat()
            entry.file_size = status.st_size
            entry.external_attr = (stat.S_IFREG | (0o755 if status.st_mode & 0o111 else 0o644)) << TYPE_AND_MODE
            with path.open("rb") as content, target.open(entry, "w") as file:
                shutil.copyfileobj(content, file)
