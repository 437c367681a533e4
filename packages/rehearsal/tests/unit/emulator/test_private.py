from pathlib import Path

import pytest

from cdk_rehearsal.emulator.private import make_private, write_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_private_file_is_readable_by_its_owner_alone_also_where_it_existed(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_text("what was longer before")
    old.chmod(0o644)
    for path in (new, old):
        write_private(path, "secret")
        assert (mode(path), path.read_text()) == (0o600, "secret")


def test_private_file_replaces_a_link_and_leaves_its_target(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write_private(link, "secret")
    assert not target.exists()
    assert not link.is_symlink()
    assert (mode(link), link.read_text()) == (0o600, "secret")


def test_private_file_stays_as_it_was_when_its_replacement_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_private(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_private(path, "new")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file", "old")]


def test_private_folder_is_closed_to_others_also_where_it_existed(tmp_path: Path) -> None:
    new, old = tmp_path / "above" / "new", tmp_path / "old"
    old.mkdir(mode=0o755)
    for path in (new, old):
        make_private(path)
        assert mode(path) == 0o700
