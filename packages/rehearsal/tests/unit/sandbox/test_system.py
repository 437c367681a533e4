import os
from pathlib import Path

import pytest

from cdk_rehearsal.sandbox.specification import Mount
from cdk_rehearsal.sandbox.system import bundles, private_configuration, system_folders


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    for name, mode in (
        ("passwd", 0o644),
        ("shadow", 0o640),
        ("hosts", 0o644),
        ("ssl/public", 0o644),
        ("ssl/key", 0o600),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        path.chmod(mode)
    (tmp_path / "ssl" / "private").mkdir(mode=0o700)
    (tmp_path / "ssl").chmod(0o755)
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/UTC")
    return tmp_path


def test_what_only_root_may_read_is_listed(etc: Path) -> None:
    assert list(private_configuration(etc)) == [str(etc / name) for name in ("shadow", "ssl/key", "ssl/private")]


def test_system_folders_keep_their_links(tmp_path: Path) -> None:
    (tmp_path / "usr").mkdir()
    (tmp_path / "bin").symlink_to("usr/bin")
    usr, bin_, absent = (str(tmp_path / name) for name in ("usr", "bin", "absent"))
    assert system_folders((usr, bin_, absent)) == ([Mount(source=usr, target=usr)], [(bin_, "usr/bin")])


def test_bundles_are_the_files_that_paths_lead_to(tmp_path: Path) -> None:
    (tmp_path / "real.pem").touch()
    (tmp_path / "link.pem").symlink_to("real.pem")
    paths = tuple(str(tmp_path / name) for name in ("link.pem", "real.pem", "absent.pem"))
    assert bundles(paths) == [os.path.realpath(tmp_path / "real.pem")]
