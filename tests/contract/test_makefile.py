"""The Makefile runs with the make of every system, and turns exit codes into what a person expects."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.synthesis import ROOT

MAKEFILE = ROOT / "Makefile"
# macOS ships GNU make 3.81. These came later (NEWS of GNU make).
NEWER = {
    "3.82": [r"^\.ONESHELL", r"^\.RECIPEPREFIX", r"^\.SHELLFLAGS", r"^\s*private\b", r"^\s*undefine\b", r"^define .*="],
    "4.0": [r"--output-sync", r"\s-O\b", r"\$\(file\b", r"\$\(guile\b", r"!=(?!\S)", r"::=", r"--trace"],
    "4.3": [r"^[^\t#]*&:", r"^\.EXTRA_PREREQS"],
    "4.4": [r"\$\(let\b", r"\$\(intcmp\b", r":::=", r"^\.WAIT", r"\s\.WAIT\b", r"--shuffle", r"--jobserver-style"],
}


@pytest.mark.parametrize("version", NEWER)
def test_makefile_uses_nothing_newer_than_make_3_81(version: str) -> None:
    text = MAKEFILE.read_text()
    assert [each for each in NEWER[version] if re.search(each, text, re.MULTILINE)] == []


def make(folder: Path, verb: str, *, code: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run a verb in ``folder``, where every command that it would start exits with ``code``."""
    (folder / "fake").write_text(f'echo "$@" >> "{folder}/ran"\nexit {code}\n')
    shutil.copy(MAKEFILE, folder)
    command = ["make", verb, f"RUN=sh {folder}/fake", "PYTHON=true"]
    # The tests may themselves run under make, whose settings are not for this one.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("code", [0, 3])
def test_resume_that_ends_at_an_approval_is_no_error_of_make(tmp_path: Path, code: int) -> None:
    done = make(tmp_path, "rehearse-resume", code=code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_resume_that_fails_is_an_error_of_make(tmp_path: Path) -> None:
    done = make(tmp_path, "rehearse-resume", code=1)
    assert done.returncode == 2
    assert "rehearse-resume" in done.stderr


@pytest.mark.parametrize("left", [True, False])
def test_clean_stops_a_rehearsal_whose_session_file_is_gone(tmp_path: Path, *, left: bool) -> None:
    if left:
        (tmp_path / ".rehearsal").mkdir()
    assert make(tmp_path, "clean").returncode == 0
    ran = (tmp_path / "ran").read_text() if (tmp_path / "ran").exists() else ""
    assert ran == ("python -m cdk_rehearsal down\n" if left else "")
