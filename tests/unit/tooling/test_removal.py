from pathlib import Path

from tooling.layout import Layout
from tooling.removal import MADE, clean


def test_clean_removes_what_the_verbs_made_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    root = tmp_path / "clone"
    for name in MADE:
        (root / name).mkdir(parents=True)
    (root / ".venv").rmdir()
    (root / ".venv").symlink_to(target)
    (root / ".coverage").rmdir()
    (root / ".coverage").touch()
    (root / "pipeline" / "__pycache__").mkdir(parents=True)
    (root / "app.py").touch()
    clean(Layout.of(root, {}))
    assert sorted(path.name for path in root.iterdir()) == ["app.py", "pipeline"]
    assert list((root / "pipeline").iterdir()) == []
    assert target.is_dir()


def test_clean_works_in_a_fresh_clone(tmp_path: Path) -> None:
    clean(Layout.of(tmp_path, {}))
    assert list(tmp_path.iterdir()) == []


def test_a_cache_elsewhere_is_left_alone(tmp_path: Path) -> None:
    cache = tmp_path / "volume"
    cache.mkdir()
    clean(Layout.of(tmp_path / "clone", {"DELIVERY_CACHE": str(cache)}))
    assert cache.is_dir()
