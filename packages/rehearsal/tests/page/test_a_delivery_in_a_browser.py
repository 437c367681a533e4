"""A delivery watched on the page in a real browser, from push to prod: rejected, approved, and failed.

The tests run in order, since each push builds on the one before.
"""

import http.client
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.deliveries.conftest import EVERYTHING, SAMPLE, WANTED

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.page import start_page
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.services import running, stop_services
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.testing.worlds import DEV, IDENTITY, PROD, World, committed, write_json
from delivery_testing.chromium import drive, installed

pytestmark = [pytest.mark.enable_socket]

WELL_LAID_OUT = {width: {"overflow": 0, "broken": []} for width in ("400", "1280")}
LINES = 300
FAILURE = "FAILED tests/test_app.py::test_account - AssertionError: the settings name no account"
FAILING = f"""
print("\\x1b[31m{FAILURE}\\x1b[0m", flush=True)
print("<img src=x>", flush=True)
for number in range({LINES}):
    print("line", number, flush=True)
raise SystemExit("1 failed")
"""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A rehearsal with its page and a browser."""

    world: World
    address: str
    browser: Path
    folder: Path

    def push(self, message: str, **wanted: Any) -> None:
        write_json(self.world.work / "wanted.json", {**WANTED, **wanted})
        committed(self.world.work, message)
        rehearsal = self.world.rehearsal
        repository = Repository.open(self.world.work, {**rehearsal.environment(), **IDENTITY})
        repository.push(rehearsal.target.bare, rehearsal.target.branch)

    def watch(self, *words: str) -> Any:
        seen = drive(self.browser, "watch.mjs", self.address, self.folder, *words, home=self.folder)
        assert seen["errors"] == []
        own = self.address.partition("?")[0]
        assert [url for url in seen["requests"] if not url.startswith(own)] == []
        return seen


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    root = tmp_path_factory.mktemp("page")
    shutil.copytree(SAMPLE, root / "work", ignore=shutil.ignore_patterns("__pycache__"))
    write_json(root / "work" / "wanted.json", WANTED)
    write_json(root / "everything.json", EVERYTHING)
    work = committed(root / "work", "The sample")
    policies = ExecutionPolicies(pipeline=(root / "everything.json",), stage=(root / "everything.json",))
    pictures = Path(os.environ.get("PAGE_PICTURES") or root / "pictures").absolute()
    pictures.mkdir(exist_ok=True)
    folders = Folders(root=root / "rehearsal")
    try:
        world = World.of(work, folders.root, policies=policies)
        address = world.rehearsal.open_page()
        yield Watched(world=world, address=address, browser=installed(), folder=pictures)
    finally:
        stop_services(folders)


def test_approval_is_rejected_with_a_reason_by_keyboard_alone(watched: Watched) -> None:
    watched.push("The first delivery")
    seen = watched.watch("reject", "not before the holiday")
    assert "2\nadded" in seen["preview"]
    assert "AWS::SSM::Parameter" in seen["preview"]
    assert seen["outline"] != "none"
    assert (seen["refused"], seen["focused"]) == ("Enter a reason: whoever pushed reads it.", "comment")
    assert seen["kept"] == ["comment", "not before the holiday"]
    assert "Prod is waiting for approval" in seen["headlines"]
    by = seen["headlines"][-1].removeprefix("Prod rejected by ")
    assert by == "root"
    assert any(f"Prod · Approve rejected by {by}" in text for text in seen["said"])
    assert seen["reason"] == "“not before the holiday”"
    assert seen["cause"].startswith(f"Rejected by {by}: “not before the holiday” arn:aws:iam::")
    assert seen["focus"] == ["headline", "none", "none"]
    assert seen["acts"] == [["Ask for approval of Prod again", False], ["Retry all actions of Prod", False]]
    assert seen["layout"] == WELL_LAID_OUT
    assert watched.world.stacks(PROD) == {}


def test_page_fits_narrow_and_wide_screens_and_screen_readers(watched: Watched) -> None:
    watched.push("Send receipts in the reader's language", greeting="welcome")
    seen = watched.watch("look")
    assert (seen["light"]["width"], seen["narrow"]["width"]) == (1200, 320)
    assert seen["light"]["ground"] != seen["dark"]["ground"]
    assert {*seen["light"]["motion"]} == {"none"}
    assert seen["light"]["cookies"] == [{"httpOnly": True, "sameSite": "Strict", "path": "/pipeline/"}]
    assert seen["light"]["address"] == watched.address.partition("?")[0]
    assert seen["nameless"] == []
    assert seen["guarded"] == "TypeError"
    assert seen["layout"] == WELL_LAID_OUT
    for line in (
        "- banner:",
        "- main:",
        "- contentinfo:",
        '- heading "Prod is waiting for approval" [level=1]',
        '- textbox "Comment"',
        '- button "Approve Prod"',
        '- button "Reject Prod"',
        '- tab "Log" [selected]',
    ):
        assert line in seen["tree"], seen["tree"]
    tabs = seen["tabs"]
    assert [tabs[f"{name} focus"] for name in ("changes", "findings", "resources", "past")] == [
        "tab-changes",
        "tab-findings",
        "tab-resources",
        "tab-past",
    ]
    assert {tabs[f"{name} width"] for name in ("changes", "findings", "resources", "past")} == {320}
    assert "From its change set" in tabs["changes"]
    assert "From the synth's report in Synth_Output." in tabs["findings"]
    assert DEV in tabs["resources"]
    assert "The first delivery" in tabs["past"]


def test_approval_with_a_comment_deploys_prod(watched: Watched) -> None:
    seen = watched.watch("approve", "after the demo")
    assert seen["headlines"][-1] == "Delivered to Prod"
    assert any("Prod · sample-prod.Deploy succeeded" in text for text in seen["said"])
    assert all("succeeded" in stage for stage in seen["stages"])
    assert "approved by root" in seen["decided"]
    assert watched.world.stacks(PROD) == {"sample-prod": "CREATE_COMPLETE"}


def test_removal_is_approved_only_after_a_confirmation_that_names_it(watched: Watched) -> None:
    app = watched.world.work / "app.py"
    bucket = '        s3.Bucket(stack, "Data", removal_policy=RemovalPolicy.DESTROY)\n'
    app.write_text(app.read_text().replace(bucket, ""))
    watched.push("Drop the bucket")
    seen = watched.watch("confirm", "the bucket is empty")
    assert seen["sent"] == []
    assert seen["losses"].startswith("Approving Prod removes or replaces:\n\nremoved AWS::S3::Bucket ")
    assert "in sample-prod" in seen["losses"]
    assert seen["focused"] == ["Approving Prod removes or replaces:", "Approve Prod …"]
    assert seen["outline"] != "none"
    assert seen["layout"] == WELL_LAID_OUT
    assert seen["posts"] == ["approvals"]
    assert seen["headlines"][-1] == "Delivered to Prod"


def test_failed_build_shows_its_failing_line_first(watched: Watched) -> None:
    (watched.world.work / "app.py").write_text(FAILING)
    watched.push("Forget the account")
    seen = watched.watch("fail")
    assert seen["headlines"][-1] == "Build · Synth failed"
    assert seen["cause"].startswith(f"Cause: {FAILURE}\n\nCodeBuild: Build terminated with state: FAILED. Phase: BUILD")
    assert "\x1b" not in seen["log"]
    assert [FAILURE, True] in seen["colored"]
    assert seen["visible"] == [FAILURE, True]
    assert "<img src=x>" in seen["log"]
    name, text = seen["download"]
    assert name.endswith(".log")
    assert f"\x1b[31m{FAILURE}\x1b[0m" in text
    assert text.count("line ") >= LINES
    assert seen["retry"] == ["Retry failed actions of Build", "Retry all actions of Build"]
    assert seen["layout"] == WELL_LAID_OUT


def test_requests_without_the_token_are_refused_and_logs_lack_it(watched: Watched) -> None:
    parts = urlsplit(watched.address)
    assert parts.hostname == "127.0.0.1"

    def ask(method: str, path: str, **headers: str) -> int:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request(method, path, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    assert ask("GET", "/pipeline/") == 403
    assert ask("GET", f"/pipeline/?{parts.query}") == 303
    assert ask("GET", "/pipeline/", Host="evil.example") == 421
    assert ask("DELETE", "/pipeline/") == 405
    folders = watched.world.folders
    token = parts.query.partition("=")[2]
    assert token not in "".join(path.read_text(errors="replace") for path in folders.logs.iterdir())
    assert folders.page_address.stat().st_mode & 0o077 == 0


def test_page_reports_a_stopped_emulator_and_stops_with_the_rehearsal(watched: Watched) -> None:
    session = running(watched.world.folders)
    assert session is not None
    assert session.page is not None
    assert session.page.process() is not None
    assert session.emulator is not None
    session.emulator.stop()
    parts = urlsplit(watched.address)
    cookie = f"delivery-page-{parts.port}={parts.query.partition('=')[2]}"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request("GET", "/pipeline/api/overview", headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 502
    assert ": no answer; the page retries by itself" in answer.read().decode()
    connection.close()
    assert stop_services(watched.world.folders)
    assert session.page.process() is None
    request = watched.world.rehearsal.request
    with pytest.raises(RehearsalError, match=r"^no rehearsal is running; start one with `cdk-rehearsal up`$"):
        start_page(
            watched.world.folders,
            pipeline="p",
            account=DEV,
            region="r",
            config=watched.world.rehearsal.config,
            environ=request.environ,
        )
