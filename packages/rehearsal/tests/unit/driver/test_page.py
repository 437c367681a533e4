import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cdk_rehearsal.driver import page
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import Started
from cdk_rehearsal.driver.session import Session
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError


def open_page(folders: Folders) -> str:
    return page.start_page(
        folders,
        pipeline="delivery",
        account="1" * 12,
        region="us-east-1",
        config=EmulatorConfig(port=9, state_dir=folders.state),
        environ={"AWS_PROFILE": "mine", "PATH": "/bin"},
    )


def test_a_page_that_does_not_start_is_one_line_and_is_known_to_whoever_stops_the_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = Folders(root=tmp_path)
    Session(id="one").save(folders)
    polls = iter([None, 1])
    given: dict[str, Any] = {}

    def start(command: Any, *, log: Path, env: dict[str, str], cwd: Path) -> Any:
        given.update(env)
        log.parent.mkdir()
        log.write_text("Error: no\n")
        return SimpleNamespace(pid=os.getpid(), poll=lambda: next(polls))

    monkeypatch.setattr(page, "start", start)
    with pytest.raises(RehearsalError, match=r"^the page did not start; log: \S+page.log\n    Error: no$"):
        open_page(folders)
    session = Session.model_validate_json(folders.session.read_text())
    assert session.page == Started.of(os.getpid())
    assert "AWS_PROFILE" not in given
    assert given["REHEARSAL_SERVICE"] == "one"
    assert (given["AWS_ENDPOINT_URL"], given["AWS_CONFIG_FILE"]) == ("http://127.0.0.1:9", os.devnull)


def test_there_is_no_page_without_a_rehearsal(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"^no rehearsal is running; start one with `cdk-rehearsal up`$"):
        open_page(Folders(root=tmp_path))


def test_a_page_that_is_served_already_is_not_served_twice(tmp_path: Path) -> None:
    folders = Folders(root=tmp_path)
    Session(id="one", page=Started.of(os.getpid())).save(folders)
    folders.page_address.write_text("http://127.0.0.1:4567/?token=secret")
    assert open_page(folders) == "http://127.0.0.1:4567/?token=secret"
