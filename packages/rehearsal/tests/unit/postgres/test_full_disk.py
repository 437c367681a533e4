import os
import stat
import tempfile
from pathlib import Path

import pytest

from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.postgres import server
from cdk_rehearsal.postgres.server import start_server


def refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> str:
    """The error of a server whose data folder cannot be created, for which ``line`` is the reason."""
    programs, temporary = tmp_path / "bin", tmp_path / "temporary"
    programs.mkdir()
    temporary.mkdir()
    initdb = programs / "initdb"
    initdb.write_text(f"#!/bin/sh\necho '{line}' >&2\nexit 1\n")
    initdb.chmod(stat.S_IRWXU)
    monkeypatch.setattr(server, "find_server", lambda _: programs)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(RehearsalError) as refusal:
        start_server(port=1, log=tmp_path / "log", environ={})
    assert list(temporary.iterdir()) == []
    return str(refusal.value)


def test_full_temporary_folder_is_named_with_no_space_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = refuse(tmp_path, monkeypatch, 'initdb: error: could not write file "x": No space left on device')
    assert error == f"{tmp_path}/temporary: no space left on device; free space, or set TMPDIR"


def test_other_failures_name_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = refuse(tmp_path, monkeypatch, "initdb: error: locale")
    assert error == f"PostgreSQL could not create its data folder; log: {tmp_path}/log"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
