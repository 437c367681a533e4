import json
from pathlib import Path

from tooling.server_links import lay_links


def test_the_links_that_a_package_lists_are_made_and_stay_right_when_it_moves(tmp_path: Path) -> None:
    native = tmp_path / "packages" / "linux-x64" / "native"
    (native / "lib" / "deeper").mkdir(parents=True)
    (native / "lib" / "libssl.so.1.1").write_text("tls")
    listed = [
        {"source": "native/lib/libssl.so.1.1", "target": "native/lib/libssl.so"},
        {"source": "native/lib/libssl.so.1.1", "target": "native/lib/deeper/libssl.so"},
    ]
    (native / "pg-symlinks.json").write_text(json.dumps(listed))
    lay_links(tmp_path / "packages")
    (tmp_path / "packages").rename(tmp_path / "moved")
    lib = tmp_path / "moved" / "linux-x64" / "native" / "lib"
    assert [(lib / name).read_text() for name in ("libssl.so", "deeper/libssl.so")] == ["tls", "tls"]


def test_packages_without_a_list_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "darwin-arm64" / "native").mkdir(parents=True)
    lay_links(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["darwin-arm64", "native"]
