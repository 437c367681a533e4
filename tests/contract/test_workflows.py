"""The workflows run what people run, may do no more than they need, and trust nothing that a change brings."""

import re
from typing import Any

import pytest

from cdk_review.comment.artifact import NAME
from cdk_review.writing.files import FILES
from pipeline.synthesis import VERBS
from tests.contract.workflow_files import FOLDER, NAMES, Job, commands, jobs, read, steps
from tests.synthesis import ROOT

JOBS = list(jobs())
every_job = pytest.mark.parametrize("job", [job for _, _, job in JOBS], ids=[f"{name}-{id_}" for name, id_, _ in JOBS])
every_workflow = pytest.mark.parametrize("name", NAMES)


def the_job(name: str) -> Job:
    (job,) = read(name)["jobs"].values()
    found: Job = job
    return found


def using(job: Job, action: str) -> list[dict[str, Any]]:
    return [step.get("with", {}) for step in steps(job) if step.get("uses", "").startswith(f"{action}@")]


def test_there_are_the_workflows_that_the_documents_name() -> None:
    assert NAMES == ["main.yml", "pull-request-comment.yml", "pull-request.yml"]


@every_workflow
def test_a_workflow_may_do_nothing_that_a_job_does_not_ask_for(name: str) -> None:
    assert read(name)["permissions"] == {}
    assert read(name)["concurrency"]["group"]


@every_job
def test_a_job_ends_by_itself_and_says_what_it_may_do(job: Job) -> None:
    assert 0 < job["timeout-minutes"] <= 45
    assert job["name"]
    assert job["permissions"]
    assert job["permissions"]["contents"] == "read"


@every_job
def test_each_step_is_an_action_or_one_verb_of_the_makefile(job: Job) -> None:
    verbs = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    run = commands(job)
    assert run
    assert [command for command in run if command.removeprefix("make ") not in verbs] == []
    assert all(("run" in step) != ("uses" in step) for step in steps(job))


@every_workflow
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(name: str) -> None:
    used = [line.strip() for line in (FOLDER / name).read_text().splitlines() if "uses:" in line]
    assert used
    pinned = re.compile(r"(- )?uses: (actions/[a-z-]+|github/codeql-action/[a-z-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line)] == []


def test_one_action_has_one_version_everywhere() -> None:
    used = {step["uses"] for _, _, job in JOBS for step in steps(job) if "uses" in step}
    assert len({action.partition("@")[0] for action in used}) == len(used)


@every_job
def test_no_step_leaves_credentials_behind(job: Job) -> None:
    checkouts = using(job, "actions/checkout")
    assert checkouts
    assert [checkout.get("persist-credentials") for checkout in checkouts] == [False] * len(checkouts)


@every_job
def test_caches_are_named_after_the_lock_files(job: Job) -> None:
    for cache in using(job, "actions/cache"):
        for lock in ("requirements/*.txt", "lambda/requirements.txt", "package-lock.json"):
            assert lock in cache["key"]


def test_a_pull_request_is_checked_by_what_the_pipeline_runs_and_told_about() -> None:
    run = commands(the_job("pull-request.yml"))
    assert [command for command in run if command.removeprefix("make ") in VERBS] == [f"make {verb}" for verb in VERBS]
    assert set(run) == {*(f"make {verb}" for verb in VERBS), "make lint", "make unit-rest", "make report"}


def test_a_pull_requests_run_holds_nothing_that_is_worth_taking() -> None:
    workflow = read("pull-request.yml")
    assert workflow[True] == {"pull_request": None}
    assert the_job("pull-request.yml")["permissions"] == {"contents": "read"}
    assert "secrets." not in (FOLDER / "pull-request.yml").read_text()
    assert "github.token" not in (FOLDER / "pull-request.yml").read_text()


def test_the_report_is_made_and_kept_whatever_failed_before_it() -> None:
    *_, report, upload = steps(the_job("pull-request.yml"))
    assert (report["run"], report["if"], upload["if"]) == ("make report", "${{ !cancelled() }}", "${{ !cancelled() }}")
    assert report["env"] == {"BASE": "origin/${{ github.base_ref }}"}
    assert upload["with"]["path"].split() == [f"report/{name}" for name in sorted(FILES)]
    assert upload["with"]["if-no-files-found"] == "error"
    assert NAME.fullmatch(upload["with"]["name"].replace("${{ github.event.pull_request.number }}", "12"))


def test_the_comment_has_the_default_branchs_code_and_nothing_of_the_change() -> None:
    workflow, job = read("pull-request-comment.yml"), the_job("pull-request-comment.yml")
    assert workflow[True] == {"workflow_run": {"workflows": [read("pull-request.yml")["name"]], "types": ["completed"]}}
    assert using(job, "actions/checkout") == [{"persist-credentials": False}]
    # The artifact is taken, and taken apart, by tested code alone; a cache could hold what a change put there.
    assert using(job, "actions/download-artifact") == []
    assert using(job, "actions/cache") == []
    assert commands(job) == ["make setup", "make comment"]
    assert job["permissions"] == {
        "actions": "read",
        "contents": "read",
        "pull-requests": "write",
        "security-events": "write",
    }


def test_what_a_change_names_reaches_no_shell() -> None:
    for _, _, job in JOBS:
        assert "${{" not in "".join(commands(job))


def test_comments_of_one_branch_are_made_one_after_another() -> None:
    concurrency = read("pull-request-comment.yml")["concurrency"]
    assert concurrency["cancel-in-progress"] is False
    assert "head_repository.full_name" in concurrency["group"]
    assert "head_branch" in concurrency["group"]


def test_main_is_held_to_the_same_gates_and_rehearsed_on_a_schedule() -> None:
    workflow = read("main.yml")
    assert commands(workflow["jobs"]["check"]) == commands(the_job("pull-request.yml"))
    assert commands(workflow["jobs"]["rehearse"]) == ["make setup", "make rehearse"]
    assert workflow[True]["push"] == {"branches": ["main"]}
    assert workflow[True]["schedule"]
    assert workflow["jobs"]["rehearse"]["if"] == "github.event_name != 'push'"


def test_every_folder_that_decides_what_passes_has_an_owner_of_its_own() -> None:
    owned = re.findall(r"^(/\S+) +@\S+", (ROOT / ".github" / "CODEOWNERS").read_text(), re.MULTILINE)
    assert {"/.github/", "/compliance/", "/packages/review/", "/Makefile", "/requirements/"} <= set(owned)
    for path in owned:
        assert list(ROOT.glob(path.removeprefix("/").rstrip("/"))), path
