import pwd
from pathlib import Path

import pytest

from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.postgres import server


def user(name: str, number: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", number, number, "", "/", "/bin/sh"))


def test_root_serves_as_postgres_or_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = [user("root", 0), user("nobody", 65534)]
    monkeypatch.setattr("cdk_rehearsal.postgres.server.pwd.getpwall", lambda: everyone)
    assert server._unprivileged_user().pw_name == "nobody"
    everyone.append(user("postgres", 101))
    assert server._unprivileged_user().pw_name == "postgres"


def test_root_without_such_a_user_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdk_rehearsal.postgres.server.pwd.getpwall", lambda: [user("root", 0)])
    with pytest.raises(RehearsalError, match=r"PostgreSQL does not run as root, .*; run as another user"):
        server._unprivileged_user()


def test_a_server_that_the_user_cannot_reach_is_copied(tmp_path: Path) -> None:
    programs = tmp_path / "closed" / "install" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch()
    (tmp_path / "closed").chmod(0o700)
    stranger = user("stranger", 54321)
    copy = server._reachable(programs, tmp_path, stranger)
    assert copy == tmp_path / "server" / "bin"
    assert (copy / "postgres").exists()


def test_a_server_that_the_user_can_reach_is_used_as_it_is(tmp_path: Path) -> None:
    owner = user("owner", tmp_path.stat().st_uid)
    (tmp_path / "bin").mkdir()
    assert server._reachable(tmp_path / "bin", tmp_path, owner) == tmp_path / "bin"
