import subprocess
from pathlib import Path

import pytest

from cdk_rehearsal.driver.packages import MANAGERS, write_managers


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    path = f"{folder}:/usr/bin:/bin"
    return subprocess.run(words, env={"PATH": path}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("manager", MANAGERS)
def test_packages_that_are_not_provided_are_refused(tmp_path: Path, manager: str) -> None:
    write_managers(tmp_path, ["zip"])
    answer = run(tmp_path, "sudo", "-E", manager, "install", "-y", "zip", "jq", "tree")
    assert answer.returncode == 100
    assert answer.stderr.splitlines() == [
        f"{manager} install {name}: a rehearsal installs nothing on this machine; "
        f"install {name} yourself, then pass --provided {name}"
        for name in ("jq", "tree")
    ]


@pytest.mark.parametrize("words", [("install", "-y", "zip"), ("-qq", "update"), ("upgrade",), ("clean",), ()])
def test_what_changes_nothing_succeeds(tmp_path: Path, words: tuple[str, ...]) -> None:
    write_managers(tmp_path, ["zip"])
    assert run(tmp_path, "apt-get", *words).returncode == 0


def test_inherited_variable_is_not_taken_for_a_missing_package(tmp_path: Path) -> None:
    write_managers(tmp_path, ["zip"])
    assert run(tmp_path, "env", "missing=jq", "apt-get", "install", "zip").returncode == 0


def test_sudo_runs_other_commands_with_their_variables(tmp_path: Path) -> None:
    write_managers(tmp_path, [])
    assert run(tmp_path, "sudo", "-u", "root", "A=b c", "sh", "-c", 'echo "$A" "$1"', "sh", "d").stdout == "b c d\n"
    assert run(tmp_path, "sudo", "--", "sh", "-c", "exit 3").returncode == 3


def test_names_of_packages_are_never_run(tmp_path: Path) -> None:
    write_managers(tmp_path, ["$(touch /nonexistent)'", "zip"])
    assert run(tmp_path, "apt-get", "install", "zip").stderr == ""
