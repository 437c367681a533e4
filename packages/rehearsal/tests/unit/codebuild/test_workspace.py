import os
from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.machine.workspace import Workspaces, remove


def test_a_project_builds_at_the_same_place_each_time(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    with workspaces.lend("111111111111", "synth") as first:
        (first.source / "left").write_text("x")
        (first.home / ".secret").write_text("x")
    with workspaces.lend("111111111111", "synth") as second:
        assert second.source == first.source == tmp_path / "111111111111" / "synth" / "src"
        assert [*second.source.iterdir(), *second.home.iterdir(), *second.temporary.iterdir()] == []


def test_builds_side_by_side_have_numbered_places(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    with workspaces.lend("1", "p") as one, workspaces.lend("1", "p") as two, workspaces.lend("2", "p") as other:
        assert [one.root.name, two.root.name, other.root.name] == ["p", "p.2", "p"]
        (one.source / "mine").write_text("x")
        with workspaces.lend("1", "p") as three:
            assert three.root.name == "p.3"
        assert (one.source / "mine").exists()
    with workspaces.lend("1", "p") as again:
        assert again.root == one.root


def test_what_may_hold_secrets_goes_when_the_build_ends(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Workspaces(tmp_path).lend("1", "p") as workspace:  # noqa: PT012 - as a build does
        (workspace.control / "state").write_text("export TOKEN=x")
        (workspace.source / "code").write_text("x")
        raise RuntimeError
    assert not workspace.control.exists()
    assert not workspace.scratch.exists()
    assert (workspace.source / "code").exists()


def test_nobody_else_reads_a_workspace(tmp_path: Path) -> None:
    with Workspaces(tmp_path).lend("1", "p") as workspace:
        for folder in (workspace.source, workspace.home, workspace.control, workspace.temporary):
            assert folder.stat().st_mode & 0o077 == 0


def test_secondary_sources_lie_beside_the_primary(tmp_path: Path) -> None:
    with Workspaces(tmp_path).lend("1", "p") as workspace:
        assert workspace.secondary_source("docs") == workspace.root / "sources" / "docs"


def test_folders_that_a_build_has_protected_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "top" / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    (inner / "link").symlink_to("/nonexistent")
    inner.chmod(0o500)
    real = os.unlink

    def as_an_ordinary_user(path: str, *, dir_fd: int) -> None:
        """Root may delete anything, so its right is taken away here."""
        if not os.fstat(dir_fd).st_mode & 0o200:
            raise PermissionError(path)
        real(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", as_an_ordinary_user)
    remove(tmp_path / "top")
    assert not (tmp_path / "top").exists()


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove(tmp_path / "nothing")
