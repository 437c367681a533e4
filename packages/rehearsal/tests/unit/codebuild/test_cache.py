from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.machine.cache import LocalCache, cached_folder
from cdk_rehearsal.codebuild.machine.workspace import Workspace, Workspaces


@pytest.fixture
def workspaces(tmp_path: Path) -> Workspaces:
    return Workspaces(tmp_path / "builds")


def build(
    workspaces: Workspaces, store: Path, paths: list[str], write: dict[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Run a build that only writes, and return what was said and which files it found before."""
    said: list[str] = []
    with workspaces.lend("1", "p") as workspace:
        (workspace.source / "kept").mkdir()
        (workspace.source / "kept" / "of-source").write_text("source")
        cache = LocalCache(store, workspace, paths, said.append)
        cache.restore()
        roots = (workspace.source, workspace.home)
        found = {path.name: path.read_text() for root in roots for path in root.rglob("*") if path.is_file()}
        for name, text in write.items():
            path = workspace.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        cache.save()
    return said, found


def test_the_next_build_finds_what_was_kept(workspaces: Workspaces, tmp_path: Path) -> None:
    paths = [".cache/**/*", "~/.npm", "/root/.m2/**/*"]
    written = {"src/.cache/deep/a": "1", "home/.npm/b": "2", "home/.m2/c": "3", "src/other/d": "4"}
    said, found = build(workspaces, tmp_path / "store", paths, written)
    assert (said, found) == ([], {"of-source": "source"})
    _, found = build(workspaces, tmp_path / "store", paths, {})
    assert found == {"of-source": "source", "a": "1", "b": "2", "c": "3"}


def test_the_source_wins_over_what_was_kept(workspaces: Workspaces, tmp_path: Path) -> None:
    build(workspaces, tmp_path / "store", ["kept/*"], {"src/kept/of-source": "changed", "src/kept/of-build": "1"})
    _, found = build(workspaces, tmp_path / "store", ["kept/*"], {})
    assert found == {"of-source": "source", "of-build": "1"}


def test_a_file_is_not_kept(workspaces: Workspaces, tmp_path: Path) -> None:
    build(workspaces, tmp_path / "store", ["single"], {"src/single": "1"})
    _, found = build(workspaces, tmp_path / "store", ["single"], {})
    assert "single" not in found


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "**/*", "~", "/root"])
def test_what_lies_outside_is_named_and_not_kept(workspaces: Workspaces, tmp_path: Path, path: str) -> None:
    said, _ = build(workspaces, tmp_path / "store", [path], {})
    assert said == [f"cache.paths: {path} lies outside of the source and of HOME, and is not kept"]


def test_a_link_does_not_lead_the_cache_outside(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.source.mkdir()
    (workspace.source / "link").symlink_to("/usr")
    assert cached_folder("link/share", workspace) is None
