import sys
from pathlib import Path

import pytest

from cdk_rehearsal.driver.visible import caches_of, installation, tools_of


@pytest.mark.parametrize(
    ("program", "folder"),
    [
        ("/home/me/.nvm/v22/bin/node", "/home/me/.nvm/v22"),
        ("/home/me/.nvm/v22/lib/node_modules/npm/bin/npm-cli.js", "/home/me/.nvm/v22"),
        ("/home/me/bin/node", "/home/me/bin/node"),
        ("/home/me/scripts/tool", "/home/me/scripts/tool"),
        ("/usr/bin/git", "/usr"),
    ],
)
def test_installation_is_never_more_than_the_tools_own(program: str, folder: str) -> None:
    assert installation(Path(program), Path("/home/me")) == Path(folder)


def test_tools_are_those_on_path_and_those_that_variables_name(tmp_path: Path) -> None:
    for name in ("node/bin/node", "venv/bin/python"):
        program = tmp_path / name
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)
    kept = {"PYTHON": str(tmp_path / "venv/bin/python"), "FLAG": "1", "ABSENT": "/nonexistent"}
    found = tools_of({"PATH": str(tmp_path / "node/bin")}, kept, tmp_path / "home")
    assert found[0] == Path(sys.base_prefix)
    assert {tmp_path / "node", tmp_path / "venv"} <= set(found)


def test_caches_are_folders_that_do_not_hold_the_home(tmp_path: Path) -> None:
    for name in ("one", "two", "me/.cache"):
        (tmp_path / name).mkdir(parents=True)
    kept = {"A": f"{tmp_path / 'one'}:{tmp_path / 'two'}", "B": str(tmp_path / "me"), "C": str(tmp_path / "me/.cache")}
    kept |= {"D": "/", "E": "relative"}
    assert caches_of(kept, tmp_path / "me") == [tmp_path / "one", tmp_path / "two", tmp_path / "me/.cache"]
