import stat
import time
import zipfile
from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.machine.archives import pack, unpack
from cdk_rehearsal.errors import RehearsalError


def tree(folder: Path) -> dict[str, Path]:
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "deep" / "run.sh").chmod(0o744)
    (folder / "plain").write_text("text")
    (folder / "link").symlink_to("plain")
    return {"deep/run.sh": folder / "deep" / "run.sh", "plain": folder / "plain", "link": folder / "link"}


def test_execution_bits_come_through(tmp_path: Path) -> None:
    pack(tree(tmp_path / "in"), tmp_path / "a.zip")
    unpack(tmp_path / "a.zip", tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out" / "deep" / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "out" / "plain").stat().st_mode) == 0o644


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    pack(tree(tmp_path / "one"), tmp_path / "1.zip")
    files = tree(tmp_path / "two")
    (tmp_path / "two" / "plain").touch()
    (tmp_path / "two" / "deep" / "run.sh").chmod(0o700)
    time.sleep(0.01)
    pack(dict(reversed(files.items())), tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_a_link_counts_as_its_file_unless_links_are_kept(tmp_path: Path) -> None:
    files = tree(tmp_path / "in")
    pack(files, tmp_path / "files.zip")
    unpack(tmp_path / "files.zip", tmp_path / "files")
    assert not (tmp_path / "files" / "link").is_symlink()
    assert (tmp_path / "files" / "link").read_text() == "text"
    pack(files, tmp_path / "links.zip", keep_links=True)
    unpack(tmp_path / "links.zip", tmp_path / "links")
    assert (tmp_path / "links" / "link").readlink() == Path("plain")
    assert (tmp_path / "links" / "plain").read_text() == "text"


def test_folders_and_entries_without_a_mode_are_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("folder/"), "")
        entry = zipfile.ZipInfo("folder/file")
        entry.external_attr = 0x20  # written on no Unix
        archive.writestr(entry, "x")
    unpack(tmp_path / "a.zip", tmp_path / "out")
    assert (tmp_path / "out" / "folder" / "file").read_text() == "x"


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "..", "a/../.."])
def test_an_entry_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for inside in ("beside", "a/beside"):
            archive.writestr(zipfile.ZipInfo(inside), "x")
        archive.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(RehearsalError, match="lies outside of it"):
        unpack(tmp_path / "a.zip", tmp_path / "folder" / "deep")


def test_a_link_cannot_lead_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "../../etc")
    with pytest.raises(RehearsalError, match=r"link -> ../../etc, which lies outside"):
        unpack(tmp_path / "a.zip", tmp_path / "folder")


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no")
    with pytest.raises(RehearsalError, match="the source is no zip archive"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
