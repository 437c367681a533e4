"""Each workflow's steps pass here as they stand in its file, in their order, on a clean clone.

What two workflows run alike, with the same environment, runs once. A step's expressions have the values that GitHub
would give them, and the comment's API is the stand-in.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_review.model.report import Report
from cdk_review.writing.files import FILES
from delivery_testing.github import BOT, TOKEN, GitHub, archive, event, served
from tests.contract.workflow_files import Job, read, steps
from tests.synthesis import ROOT

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LIMIT_S = 1200
NOT_THE_MACHINES = ("AWS_", "COV", "DELIVERY_", "GITHUB_", "MAKE", "MFLAGS", "PYTEST", "PYTHON", "VIRTUAL_ENV")
NUMBER = 5


class Runner:
    """A machine of GitHub's with a clean clone of what is committed here."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.folder = folder
        self._passed: set[tuple[str, frozenset[tuple[str, str]]]] = set()
        git("clone", "--quiet", str(ROOT), str(self.clone), at=folder)
        self.commit = git("rev-parse", "HEAD", at=self.clone)
        # What a checkout with the whole history has, whichever branch this clone was made from.
        git("update-ref", "refs/remotes/origin/main", self.commit, at=self.clone)
        cache = os.environ.get("DELIVERY_CACHE") or str(ROOT / ".cache")
        home = folder / "home"
        home.mkdir()
        self._environ = {
            # What reaches the package registries from here, and nothing of this test run.
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_THE_MACHINES)},
            "CI": "true",
            "DELIVERY_CACHE": str(Path(cache).absolute()),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "HOME": str(home),
        }
        self._values = {
            "github.base_ref": "main",
            "github.event.before": self.commit,
            "github.token": TOKEN,
        }

    def run(self, job: Job, **environ: str) -> None:
        """Run the job's ``run:`` steps in order, as GitHub's shell does; the first that fails, fails the test."""
        for step in steps(job):
            if "run" in step:
                self._run(step, environ)

    def _run(self, step: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        own = {name: self._evaluated(str(value)) for name, value in step.get("env", {}).items()}
        key = step["run"], frozenset(own.items())
        if key in self._passed:
            return
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.clone,
            env={**self._environ, **environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
        assert done.returncode == 0, f"{step['run']} with {own}:\n{done.stdout[-5000:]}"
        self._passed.add(key)

    def _evaluated(self, text: str) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: self._values[found[1]], text)


def git(*arguments: str, at: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=at, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(tmp_path_factory.mktemp("runner"))


@pytest.fixture
def github() -> Iterator[GitHub]:
    with served() as found:
        yield found


def test_a_pull_request_is_checked_and_its_report_commented(runner: Runner, github: GitHub, tmp_path: Path) -> None:
    (check,) = read("pull-request.yml")["jobs"].values()
    runner.run(check)
    assert git("status", "--porcelain", at=runner.clone) == ""
    upload = steps(check)[-1]["with"]
    paths = [runner.clone / path for path in upload["path"].split()]
    report = Report.model_validate_json((runner.clone / "report" / "report.json").read_bytes())
    assert (report.failure, report.head.commit) == (None, runner.commit)
    assert "## ✅ Clean" in (runner.folder / "summary.md").read_text()

    github.pull(NUMBER, runner.commit)
    content = archive({path.name: path.read_bytes() for path in paths})
    github.artifact(
        upload["name"].replace("${{ github.event.pull_request.number }}", str(NUMBER)), runner.commit, content
    )
    (comment,) = read("pull-request-comment.yml")["jobs"].values()
    named = str(event(tmp_path, runner.commit))
    runner.run(comment, GITHUB_EVENT_PATH=named, GITHUB_API_URL=f"{github.address}/api")
    ((author, body),) = github.bodies(NUMBER)
    assert author == BOT
    assert f"for commit {runner.commit}" in body
    assert (runner.folder / "output").read_text() == f"pull={NUMBER}\n"
    sarif = steps(comment)[-1]["with"]["sarif_file"]
    assert (runner.clone / sarif).is_file()
    assert set(FILES) == {path.name for path in paths}


@pytest.mark.parametrize("job", ["check", "rehearse"])
def test_main_passes_its_gates_and_its_rehearsal(runner: Runner, job: str) -> None:
    runner.run(read("main.yml")["jobs"][job])
