"""The app's entry: importing it does nothing, and a wrong setting ends it with a line."""

import importlib
from pathlib import Path

import pytest

import app
from tests.synthesis import new_app


def test_importing_it_synthesises_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    importlib.reload(app)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_ends_it_with_one_line_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "App", lambda **given: new_app(tmp_path))
    monkeypatch.setenv("DELIVERY_TOOLS_ACCOUNT", "12")
    with pytest.raises(SystemExit) as ended:
        app.main()
    # The interpreter prints the text of SystemExit on stderr and exits with 1.
    assert isinstance(ended.value.code, str)
    assert ended.value.code.startswith("DELIVERY_TOOLS_ACCOUNT: '12' is not an account ID; use ")
    assert "\n" not in ended.value.code
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
