import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.driver import outlet
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.outlet import child_environment, open_outlet, refused_hosts, start_door, through_door
from cdk_rehearsal.driver.processes import Started
from cdk_rehearsal.errors import RehearsalError

DOOR = Started(pid=1, identity="one")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(root=tmp_path / "rehearsal")


def opened(folders: Folders, monkeypatch: pytest.MonkeyPatch, *, reason: str = "", **environ: str) -> outlet.Outlet:
    monkeypatch.setattr(outlet, "start_door", lambda *_, **__: DOOR)
    monkeypatch.setattr(outlet, "unavailable", lambda _: reason)
    started: list[Started] = []
    made = open_outlet(
        folders,
        emulator=4999,
        port=3128,
        ports=[5432],
        allowed=["a.example"],
        environ={"HOME": str(folders.root), "PATH": "", **environ},
        keep=["CACHE", "ABSENT"],
        started=started.append,
        marks={"MARK": "this"},
    )
    assert started == [DOOR]
    return made


def test_door_knows_the_users_network_and_nothing_else(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"https_proxy": "http://p:1", "PIP_INDEX_URL": "https://i", "SSL_CERT_FILE": "/c", "AWS_PROFILE": "mine"}
    made = opened(folders, monkeypatch, **given)
    assert set(made.config.environ) == {"HOME", "PATH", "https_proxy", "PIP_INDEX_URL", "SSL_CERT_FILE"}
    assert made.config.allowed == ("a.example",)
    assert DoorConfig.load(folders.door / "door.json") == made.config
    assert folders.door.stat().st_mode & 0o777 == 0o700


def test_sandboxes_reach_the_rehearsals_ports_and_local_registries(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = opened(folders, monkeypatch, PIP_INDEX_URL="http://localhost:3141/simple", CACHE=str(tmp_path))
    assert made.sandbox is not None
    assert made.sandbox.ports == (4999, 5432, 3141)
    assert made.sandbox.caches == (), "the folder holds the home"
    assert folders.image in made.sandbox.tools
    assert through_door(folders, ["cdk", "synth"])[-3:] == [str(folders.network), "cdk", "synth"]


def test_machine_without_namespaces_keeps_the_proxy(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened(folders, monkeypatch, reason="darwin has no user namespaces")
    assert (made.sandbox, made.reason) == (None, "darwin has no user namespaces")
    assert through_door(folders, ["cdk"]) == ["cdk"]
    variables = child_environment(folders, {"NODE_OPTIONS": "--require mine"}, keep=["NODE_OPTIONS"])
    assert variables["HTTPS_PROXY"] == made.config.proxy
    assert variables["NODE_OPTIONS"].startswith("--require mine --require ")


def test_children_in_sandboxes_need_no_password(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened(folders, monkeypatch)
    variables = child_environment(folders, {"HTTPS_PROXY": "http://users.example:1"}, keep=[])
    assert variables["HTTPS_PROXY"] == made.config.open_proxy
    assert "NODE_OPTIONS" not in variables


def test_environment_before_the_door_is_the_base(folders: Folders) -> None:
    assert "SSL_CERT_FILE" not in child_environment(folders, {}, keep=[])


def test_door_that_ends_at_once_is_reported_with_its_lines(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: Any, log: Path, **__: Any) -> SimpleNamespace:
        log.parent.mkdir(parents=True)
        log.write_text("door: port 127.0.0.1:1 is busy\n")
        return SimpleNamespace(poll=lambda: 1, kill=lambda: None)

    monkeypatch.setattr(outlet, "start", start)
    config = DoorConfig(port=1, emulator=2, secret="s", token="t", folder=folders.door)
    with pytest.raises(RehearsalError, match=r"(?s)^the door did not open; log: .*is busy"):
        start_door(folders, config, marks={})


def test_door_is_open_once_its_authority_is_there(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    config = DoorConfig(port=1, emulator=2, secret="s", token="t", folder=folders.door)
    config.certificates.mkdir(parents=True)
    looks: list[None] = []
    given: dict[str, str] = {}

    def sleep(_: float) -> None:
        looks.append(None)
        config.authority.touch()

    def start(*_: Any, env: dict[str, str], **__: Any) -> SimpleNamespace:
        given.update(env)
        return SimpleNamespace(poll=lambda: None, pid=7)

    monkeypatch.setattr(outlet, "start", start)
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(Started, "of", lambda pid: Started(pid=pid, identity="two"))
    assert start_door(folders, config, marks={"MARK": "this"}).pid == 7
    assert given["MARK"] == "this"
    assert looks == [None]


def test_refused_hosts_are_listed_once_with_their_count(folders: Folders) -> None:
    folders.door.mkdir(parents=True)
    (folders.door / "refused.json").write_text('{"host": "x.example"}\n' * 2)
    assert refused_hosts(folders) == ["x.example (2 times)"]
