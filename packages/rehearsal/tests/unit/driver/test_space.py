import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from cdk_rehearsal.driver.space import MEBIBYTE, NEEDED, require_space, temporary_folder
from cdk_rehearsal.errors import RehearsalError


def test_full_folder_is_named_with_no_space_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * MEBIBYTE))
    with pytest.raises(RehearsalError, match=rf"^{tmp_path}: no space left on device \(3 MiB free, 64 MiB needed\); "):
        require_space(tmp_path)


def test_folder_with_room_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=NEEDED))
    require_space(tmp_path, tmp_path)


def test_machine_whose_temporary_folders_are_full_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    assert temporary_folder() == Path(tempfile.gettempdir())
    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(RehearsalError, match=r"^TMPDIR: no space left in any temporary folder, or none is writable; "):
        temporary_folder()
