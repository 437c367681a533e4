"""A delivery watched on the page in a real browser, from push to prod: rejected, approved, failed and understood.

The order matters, since each push builds on the one before; so these are steps of one story.
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


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A rehearsal with its page, and a person with a browser."""

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


def test_a_delivery_is_watched_to_its_approval_and_rejected_by_the_keyboard_with_a_reason(watched: Watched) -> None:
    watched.push("The first delivery")
    seen = watched.watch("reject", "not before the holiday")
    assert "2\nadded" in seen["preview"]
    assert "AWS::SSM::Parameter" in seen["preview"]
    assert seen["outline"] != "none"
    assert (seen["refused"], seen["focused"]) == ("Say why: whoever pushed reads it.", "comment")
    assert seen["kept"] == ["comment", "not before the holiday"]
    assert "Prod waits for your answer" in seen["headlines"]
    assert seen["headlines"][-1] == "Prod · Approve failed"
    assert any("Prod · Approve failed" in text for text in seen["said"])
    assert "not before the holiday" in seen["cause"]
    assert watched.world.stacks(PROD) == {}


def test_it_is_at_home_in_light_and_dark_on_narrow_screens_and_for_screen_readers(watched: Watched) -> None:
    watched.push("Send receipts in the reader's language", greeting="welcome")
    seen = watched.watch("look")
    assert (seen["light"]["width"], seen["narrow"]["width"]) == (1200, 320)
    assert seen["light"]["ground"] != seen["dark"]["ground"]
    assert {*seen["light"]["motion"]} == {"none"}
    assert seen["light"]["cookies"] == [{"httpOnly": True, "sameSite": "Strict", "path": "/pipeline/"}]
    assert seen["light"]["address"] == watched.address.partition("?")[0]
    assert seen["nameless"] == []
    assert seen["guarded"] == "TypeError"
    for line in (
        "- banner:",
        "- main:",
        "- contentinfo:",
        '- heading "Prod waits for your answer" [level=1]',
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
    assert "By its change set" in tabs["changes"]
    assert "From the synth's report in Synth_Output." in tabs["findings"]
    assert DEV in tabs["resources"]
    assert "The first delivery" in tabs["past"]


def test_a_delivery_is_approved_with_a_comment_and_watched_into_prod(watched: Watched) -> None:
    seen = watched.watch("approve", "after the demo")
    assert seen["headlines"][-1] == "Delivered to Prod"
    assert any("Prod · sample-prod.Deploy succeeded" in text for text in seen["said"])
    assert all("succeeded" in stage for stage in seen["stages"])
    assert watched.world.stacks(PROD) == {"sample-prod": "CREATE_COMPLETE"}


def test_a_build_that_fails_is_read_to_its_cause(watched: Watched) -> None:
    (watched.world.work / "app.py").write_text('raise SystemExit("error: the settings name no account")\n')
    watched.push("Forget the account")
    seen = watched.watch("fail")
    assert seen["headlines"][-1] == "Build · Synth failed"
    assert seen["cause"].startswith("Cause: Build terminated with state: FAILED. Phase: BUILD")
    assert "error: the settings name no account" in seen["log"]
    assert seen["retry"] == ["Retry what failed in Build", "Run all of Build again"]


def test_over_the_wire_a_stranger_gets_nothing_and_the_address_no_line_in_a_log(watched: Watched) -> None:
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


def test_the_page_says_that_the_emulator_is_gone_and_is_stopped_with_the_rehearsal(watched: Watched) -> None:
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
    assert "Nothing answers at http://127.0.0.1:" in answer.read().decode()
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
