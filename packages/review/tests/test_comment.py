"""One comment on each pull request tells of its newest commit, whatever the artifact holds and GitHub answers."""

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from tests.unit.reports import HEAD, finding, full
from tests.unit.test_sarif import published

from cdk_review.comment import api, artifact
from cdk_review.comment.body import MARKER
from cdk_review.comment.command import main
from cdk_review.model.report import Report, Revision
from cdk_review.writing.files import FILES
from cdk_review.writing.markdown import LIMIT
from delivery_testing.github import BOT, FORK, RUN, TOKEN, Answer, GitHub, archive, event, served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

OTHER = "d" * 40
CLEAN = Report(head=Revision(commit=HEAD))


def packed(report: Report, **files: bytes | str) -> bytes:
    return archive({**{name: write(report) for name, write in FILES.items()}, **files})


@pytest.fixture
def github() -> Iterator[GitHub]:
    with served() as found:
        yield found


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, instead of waiting."""
    waits: list[float] = []
    made = api.GitHub.__init__

    def make(self: api.GitHub, address: str, token: str) -> None:
        made(self, address, token, wait=waits.append)

    monkeypatch.setattr(api.GitHub, "__init__", make)
    return waits


@pytest.fixture
def comment(github: GitHub, tmp_path: Path, waited: list[float]) -> Callable[..., Result]:
    def run(commit: str = HEAD, **details: Any) -> Result:
        file = event(tmp_path, commit, **details)
        environ = {
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_API_URL": f"{github.address}/api",
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_OUTPUT": str(tmp_path / "output"),
        }
        return CliRunner(env=environ).invoke(main, ["--sarif", str(tmp_path / "report.sarif")])

    return run


def test_the_first_run_comments(github: GitHub, comment: Callable[..., Result], tmp_path: Path) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(full().model_copy(update={"head": Revision(commit=HEAD)})))
    result = comment(conclusion="failure")
    assert result.exit_code == 0, result.output
    assert result.output == f"review: commented on pull request 5 for commit {HEAD}\n"
    ((author, body),) = github.bodies(5)
    assert author == BOT
    assert body.startswith(f"{MARKER}\n## ❌ Stopped: 1 new finding")
    assert body.endswith(f"<sub>for commit {HEAD}</sub>\n")
    assert f"actions/runs/{RUN}#artifacts" in body
    assert (tmp_path / "output").read_text() == "pull=5\n"
    jsonschema.Draft4Validator(published()).validate(json.loads((tmp_path / "report.sarif").read_text()))


def test_the_next_run_changes_that_comment(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    comment()
    github.pulls[0]["head"]["sha"] = OTHER
    github.artifacts.clear()
    github.artifact("report-5", OTHER, packed(Report(head=Revision(commit=OTHER), findings=(finding("new"),))))
    result = comment(OTHER, conclusion="failure")
    assert "updated the comment on pull request 5" in result.output
    ((_, body),) = github.bodies(5)
    assert "❌ Stopped: 1 new finding" in body
    assert HEAD not in body


def test_a_comment_among_many_is_found_again(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    for number in range(250):
        github.comment(5, "somebody", f"number {number}")
    github.comment(5, BOT, f"{MARKER}\nold")
    github.artifact("report-5", HEAD, packed(CLEAN))
    comment()
    assert len(github.bodies(5)) == 251
    assert "✅ Clean" in github.bodies(5)[250][1]


def test_two_pull_requests_have_a_comment_each(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.pull(6, HEAD)
    github.artifact("report-6", HEAD, packed(CLEAN))
    comment()
    assert (len(github.bodies(5)), len(github.bodies(6))) == (0, 1)
    github.artifacts.clear()
    github.artifact("report-5", HEAD, packed(Report(head=Revision(commit=HEAD), findings=(finding("new"),))))
    comment(conclusion="failure")
    assert "1 new finding" in github.bodies(5)[0][1]
    assert "✅ Clean" in github.bodies(6)[0][1]


def test_the_marker_in_somebody_elses_comment_means_nothing(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.comment(5, "somebody", f"{MARKER}\n## ✅ Clean")
    github.comment(5, BOT, f"Of another workflow, about {MARKER}")
    github.artifact("report-5", HEAD, packed(Report(head=Revision(commit=HEAD), findings=(finding("new"),))))
    comment(conclusion="failure")
    bodies = github.bodies(5)
    assert [author for author, _ in bodies] == ["somebody", BOT, BOT]
    assert bodies[0][1] == f"{MARKER}\n## ✅ Clean"
    assert "1 new finding" in bodies[2][1]


def test_comments_that_were_made_twice_become_one(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    for _ in range(3):
        github.comment(5, BOT, f"{MARKER}\nold")
    github.artifact("report-5", HEAD, packed(CLEAN))
    comment()
    ((_, body),) = github.bodies(5)
    assert "✅ Clean" in body


@pytest.mark.parametrize(
    "fault",
    [
        Answer(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 20)}),
        Answer(403, {"Retry-After": "7"}),
        Answer(429),
        Answer(500),
        Answer(502),
        Answer(503, {"Retry-After": "1"}),
    ],
)
def test_limits_and_passing_failures_are_waited_for(
    github: GitHub, comment: Callable[..., Result], waited: list[float], fault: Answer
) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    for number in range(8):
        # Once at each of the calls: the one before it and its repetition get through.
        github.comments[5].clear()
        waited.clear()
        github.faults[:] = [*[None] * number, fault, fault]
        assert comment().exit_code == 0
        assert len(github.bodies(5)) == 1
        assert len(waited) in {0, 2}
    assert all(0 < wait <= 61 for wait in waited)


def test_a_limit_is_waited_for_as_long_as_github_says(
    github: GitHub, comment: Callable[..., Result], waited: list[float]
) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    reset = str(int(time.time()) + 20)
    github.faults = [
        Answer(403, {"Retry-After": "7"}),
        Answer(429),
        Answer(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}),
        Answer(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
    ]
    assert comment().exit_code == 0
    assert waited[:2] == [7.0, 60.0]
    assert 15 < waited[2] <= 21
    assert waited[3] == 1.0


def test_a_limit_that_lasts_is_said_and_not_waited_for(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.faults = [Answer(403, {"Retry-After": "3600"})]
    result = comment()
    assert result.exit_code == 2
    assert "GitHub takes no more calls for 3600 s" in result.output


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_answer_that_does_not_change_is_said(github: GitHub, comment: Callable[..., Result], status: int) -> None:
    github.faults = [Answer(status)] * 10
    result = comment()
    assert result.exit_code == 2
    assert "GitHub did not answer GET /repos/team/product/pulls" in result.output
    assert f"status {status}" in result.output
    assert len(github.asked) == (api.TRIES if status == 500 else 1)
    assert TOKEN not in result.output


def test_a_github_that_does_not_list_artifacts_is_no_forged_report(
    github: GitHub, comment: Callable[..., Result]
) -> None:
    github.pull(5, HEAD)
    github.faults = [None, *[Answer(500)] * 10]
    assert comment().exit_code == 2
    assert github.bodies(5) == []


def test_a_github_that_is_not_there_is_said(tmp_path: Path, comment: Callable[..., Result], github: GitHub) -> None:
    github.address = "http://127.0.0.1:9"
    result = comment()
    assert result.exit_code == 2
    assert "it can't be reached" in result.output


def test_the_token_is_not_shown_to_whoever_keeps_the_artifact(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    comment()
    tokens = {path: token for _, path, token in github.asked}
    assert tokens.pop("/files/7") is None
    assert set(tokens.values()) == {f"Bearer {TOKEN}"}


def forged(**change: Any) -> bytes:
    document = json.loads(FILES["report.json"](CLEAN))
    return packed(CLEAN, **{"report.json": json.dumps(document | change)})


FORGERIES: dict[str, tuple[bytes, str]] = {
    "no archive": (b"not a zip", "the artifact is no archive that can be read"),
    "a damaged archive": (packed(CLEAN)[:-40], "the artifact is no archive that can be read"),
    "a file less": (archive({"report.json": "{}"}), "the artifact holds report.json; "),
    "a file more": (packed(CLEAN, **{"more.sh": "#!/bin/sh"}), "the artifact holds more.sh, report.html"),
    "a way out": (packed(CLEAN, **{"../report.json": "{}"}), "the artifact holds ../report.json, report.html"),
    "no json": (packed(CLEAN, **{"report.json": "<b>"}), "report.json: it is not as the schema says: Invalid JSON"),
    "another version": (forged(version=1), "report.json has version 1; this reads version 2"),
    "no version it knows": (forged(version="1; @octocat"), "report.json has version "),
    "another form": (forged(findings="<script>"), "report.json: findings is not as the schema says"),
    "more than the schema": (forged(verdict2={}), "report.json: verdict2 is not as the schema says"),
    "another commit": (packed(Report(head=Revision(commit=OTHER))), f"the report is for commit {OTHER}"),
    "no commit": (packed(Report()), "the report is for commit None"),
    "a secret archive": (b"PK\x05\x06" + b"\x00" * 18, "the artifact holds ; "),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_artifact_is_refused_in_the_comment(
    github: GitHub, comment: Callable[..., Result], tmp_path: Path, name: str
) -> None:
    content, said = FORGERIES[name]
    github.pull(5, HEAD)
    github.comment(5, BOT, f"{MARKER}\n## ✅ Clean")
    github.artifact("report-5", HEAD, content)
    result = comment()
    assert result.exit_code == 1
    assert said in result.output
    ((_, body),) = github.bodies(5)
    assert "## ❔ Could not tell" in body
    assert "✅" not in body
    assert "@octocat" not in body
    assert not (tmp_path / "report.sarif").exists()
    assert not (tmp_path / "output").exists()


def test_an_archive_that_swells_is_not_unpacked(
    github: GitHub, comment: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact, "MOST_UNPACKED", 100_000)
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN, **{"report.json": b" " * 50_000_000}))
    result = comment()
    assert result.exit_code == 1
    assert "report.json has more than 100000 bytes" in result.output


def test_an_archive_that_needs_a_password_is_refused(github: GitHub, comment: Callable[..., Result]) -> None:
    content = bytearray(packed(CLEAN))
    # The flag of encryption, in the entry's local header and in each of the directory's.
    for place, _ in enumerate(content):
        if content[place : place + 4] == b"PK\x03\x04":
            content[place + 6] |= 1
        if content[place : place + 4] == b"PK\x01\x02":
            content[place + 8] |= 1
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, bytes(content))
    assert comment().exit_code == 1


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ({"expired": True}, "the run's artifact has expired"),
        ({"size_in_bytes": 10**9}, "the artifact has 1000000000 bytes, more than"),
        ({"workflow_run": {"head_sha": OTHER}}, f"the artifact is for commit {OTHER}, the run for {HEAD}"),
        ({"workflow_run": None}, "the artifact is for commit None"),
        ({"name": "report-five"}, "the run has 0 artifacts called report-NUMBER"),
        ({"name": "report-5\n"}, "the run has 0 artifacts called report-NUMBER"),
    ],
)
def test_an_artifact_that_is_not_this_runs_report_is_refused(
    github: GitHub, comment: Callable[..., Result], listed: dict[str, Any], said: str
) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN), listed=listed)
    result = comment()
    assert result.exit_code == 1
    assert said in result.output
    assert "## ❔ Could not tell" in github.bodies(5)[0][1]


def test_an_artifact_that_is_larger_than_it_said_is_refused(
    github: GitHub, comment: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact, "MOST_PACKED", 1000)
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN), listed={"size_in_bytes": 10})
    result = comment()
    assert result.exit_code == 1
    assert "the artifact has more than 1000 bytes" in result.output


def test_two_reports_of_one_run_are_refused(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    for number in (5, 6):
        github.artifact(f"report-{number}", HEAD, packed(CLEAN), id_=number)
    assert "the run has 2 artifacts called report-NUMBER" in comment().output


def test_an_artifact_for_another_pull_request_is_refused(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.pull(6, OTHER)
    github.artifact("report-6", HEAD, packed(CLEAN))
    result = comment()
    assert result.exit_code == 1
    assert "the artifact names pull request 6, the run was for another" in result.output
    assert github.bodies(6) == []
    assert "## ❔ Could not tell" in github.bodies(5)[0][1]


def test_without_a_report_it_is_not_guessed_which_pull_request_it_was_for(
    github: GitHub, comment: Callable[..., Result]
) -> None:
    github.pull(5, HEAD)
    github.pull(6, HEAD)
    result = comment()
    assert result.exit_code == 2
    assert "which of the pull requests 5, 6 it was for" in result.output
    assert github.bodies(5) == github.bodies(6) == []


def test_a_run_that_newer_commits_have_overtaken_says_nothing(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, OTHER)
    github.pull(6, HEAD, repository="another/product")
    github.pulls.append({"number": 7, "head": {"sha": HEAD, "ref": "feature", "repo": None}})
    github.artifact("report-5", HEAD, packed(CLEAN))
    result = comment()
    assert result.exit_code == 0
    assert "there is nothing to comment on" in result.output
    assert github.bodies(5) == github.bodies(6) == []


def test_a_report_that_could_not_be_made_is_commented_as_that(
    github: GitHub, comment: Callable[..., Result], tmp_path: Path
) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(Report(failure="the base does not synthesise")))
    result = comment(conclusion="failure")
    assert result.exit_code == 1
    assert "the base does not synthesise" in github.bodies(5)[0][1]
    assert not (tmp_path / "report.sarif").exists()


def test_an_over_long_report_is_cut_to_what_github_takes(github: GitHub, comment: Callable[..., Result]) -> None:
    many = tuple(finding("new", text="@" * 200, number=number) for number in range(2000))
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(Report(head=Revision(commit=HEAD), findings=many)))
    assert comment(conclusion="failure").exit_code == 0
    ((_, body),) = github.bodies(5)
    assert LIMIT - 3000 < len(body.encode()) <= LIMIT
    assert "more in [in the run's artifact](https://" in body
    assert body.endswith(f"<sub>for commit {HEAD}</sub>\n")


def test_what_the_report_says_is_written_anew_and_never_trusted(github: GitHub, comment: Callable[..., Result]) -> None:
    attack = "</code> @octocat <b>\u202e 123456789012"
    report = Report(head=Revision(commit=HEAD), findings=(finding("new", text=attack),))
    content = packed(report, **{"report.md": "## ✅ Clean @octocat", "report.sarif": "{}", "report.html": "<script>"})
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, content)
    comment(conclusion="failure")
    ((_, body),) = github.bodies(5)
    assert body.splitlines()[1] == "## ❌ Stopped: 1 new finding"
    assert "@" not in body
    assert "\u202e" not in body
    assert "123456789012" not in body


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([{"filename": "docs/review.md"}], None),
        ([{"filename": "packages/review/pyproject.toml"}], "packages/review/pyproject.toml"),
        ([{"filename": "tap_stack/x.py", "previous_filename": "compliance/gate.py"}], "compliance/gate.py"),
        ([{"filename": "a.py"}] * 150 + [{"filename": ".github/workflows/pull-request.yml"}], ".github"),
        ([{"filename": f"packages/{number}.py"} for number in range(9)], "and 4 more"),
    ],
)
def test_a_change_to_what_makes_the_report_is_pointed_out(
    github: GitHub, comment: Callable[..., Result], files: list[dict[str, str]], said: str | None
) -> None:
    github.pull(5, HEAD)
    github.files[5] = files
    github.artifact("report-5", HEAD, packed(CLEAN))
    comment()
    ((_, body),) = github.bodies(5)
    assert ("the change's own word" in body) is (said is not None)
    assert said is None or said in body


def test_a_clean_report_of_a_red_run_says_that_it_is_red(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    comment(conclusion="failure")
    assert "failed elsewhere" in github.bodies(5)[0][1]
    comment(conclusion="success")
    assert "failed elsewhere" not in github.bodies(5)[0][1]


def test_a_green_run_with_a_report_that_is_not_is_pointed_out(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(Report(head=Revision(commit=HEAD), findings=(finding("new"),))))
    comment(conclusion="success")
    assert "passed although the report is not clean" in github.bodies(5)[0][1]
    comment(conclusion="failure")
    assert "passed although" not in github.bodies(5)[0][1]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"event": "push"}, "the run was for 'push', and comments are for pull requests"),
        ({"head_sha": "HEAD"}, "not a workflow_run event (workflow_run.head_sha: "),
        ({"head_repository": {"full_name": "../.."}}, "there is nothing to comment on"),
        ({"html_url": "https://x.example/) [@octocat"}, "not a workflow_run event (workflow_run.html_url: "),
        ({"head_repository": None}, "not a workflow_run event (workflow_run.head_repository: "),
    ],
)
def test_another_event_is_refused(comment: Callable[..., Result], run: dict[str, Any], said: str) -> None:
    result = comment(**run)
    assert said in result.output
    assert result.exit_code == (0 if "nothing" in said else 2)


def test_a_missing_event_is_named(tmp_path: Path) -> None:
    arguments = ["--event", str(tmp_path / "none"), "--api", "http://127.0.0.1:9", "--token", "t"]
    result = CliRunner(env={"GITHUB_EVENT_PATH": ""}).invoke(main, arguments)
    assert result.exit_code == 2
    assert "none: No such file or directory; GitHub names the event's file" in result.output


def test_a_run_outside_of_a_workflow_has_no_outputs(github: GitHub, tmp_path: Path, waited: list[float]) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    arguments = ["--event", str(event(tmp_path, HEAD)), "--api", f"{github.address}/api/", "--token", TOKEN]
    result = CliRunner(env={"GITHUB_OUTPUT": ""}).invoke(main, [*arguments, "--sarif", str(tmp_path / "s.sarif")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "s.sarif").exists()


def test_an_artifact_may_be_answered_without_being_moved(github: GitHub, comment: Callable[..., Result]) -> None:
    github.pull(5, HEAD)
    github.artifact("report-5", HEAD, packed(CLEAN))
    github.faults = [None, None, Answer(200, body=packed(CLEAN))]
    assert comment().exit_code == 0


def test_forks_and_branches_have_any_name(github: GitHub, comment: Callable[..., Result]) -> None:
    branch = "feature/ü&state=closed#1"
    github.pull(5, HEAD, branch=branch)
    github.artifact("report-5", HEAD, packed(CLEAN))
    assert comment(head_branch=branch).exit_code == 0
    assert len(github.bodies(5)) == 1


def test_the_stand_in_makes_real_archives() -> None:
    assert FORK != "team/product"
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(__file__)
