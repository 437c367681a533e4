import os
from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.machine.runtimes import check_runtimes, satisfies
from cdk_rehearsal.errors import RehearsalError


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A PATH with a python3 and a node of known versions."""
    for tool, text in {"python3": "Python 3.11.7", "node": "v24.19.0"}.items():
        (tmp_path / tool).write_text(f"#!/bin/sh\necho {text}\n")
        (tmp_path / tool).chmod(0o755)
    return {"PATH": f"{tmp_path}{os.pathsep}/bin"}


@pytest.mark.parametrize(
    ("found", "wanted", "answer"),
    [
        ("3.11.7", "3.11", True),
        ("3.11.7", "3", True),
        ("3.11.7", "3.1", False),
        ("3.11.7", "3.x", True),
        ("24.19.0", "latest", True),
        ("24.19.0", "22", False),
        ("24", "24.1", False),
    ],
)
def test_a_version_names_as_much_as_it_names(found: str, wanted: str, answer: bool) -> None:  # noqa: FBT001 - a column
    assert satisfies(found, wanted) is answer


def test_a_machine_of_the_same_versions_is_no_news(machine: dict[str, str]) -> None:
    assert list(check_runtimes({"python": "3.11", "nodejs": "24"}, machine)) == []


def test_another_version_is_told(machine: dict[str, str]) -> None:
    assert list(check_runtimes({"python": "3.12", "nodejs": "22.x"}, machine)) == [
        "runtime-versions: python 3.12 is asked for; this machine's python3 3.11.7 is used",
        "runtime-versions: nodejs 22.x is asked for; this machine's node 24.19.0 is used",
    ]


def test_a_missing_tool_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match="nodejs needs node, which is not on the PATH of builds"):
        list(check_runtimes({"nodejs": "22"}, {"PATH": str(tmp_path)}))


def test_a_runtime_that_nobody_has_is_an_error(machine: dict[str, str]) -> None:
    with pytest.raises(RehearsalError, match="java is not supported; python and nodejs are"):
        list(check_runtimes({"java": "21"}, machine))


def test_a_tool_that_tells_no_version_is_an_error(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "node").write_text("#!/bin/sh\necho broken >&2; exit 1\n")
    with pytest.raises(RehearsalError, match="--version fails: 'broken'"):
        list(check_runtimes({"nodejs": "22"}, machine))
