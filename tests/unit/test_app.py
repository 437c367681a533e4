"""The app's entry: importing it does nothing, and a wrong setting ends it with a line."""

import importlib
import json
from pathlib import Path

import pytest

import app
from compliance.validation import OFF, SWITCH
from pipeline.errors import SettingsError
from stages.profiles import DISPOSABLE
from stages.table import STAGES
from tests.synthesis import ROOT, new_app


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


def test_stage_defined_twice_in_cdk_json_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cdk.json").write_text('{"context": {"delivery": {"stages": {"dev": {}, "dev": {}}}}}')
    monkeypatch.setattr(app, "ROOT", tmp_path)
    with pytest.raises(SettingsError, match=r"^cdk\.json: delivery\.stages\.dev is defined twice; remove one of"):
        app.build(new_app(tmp_path / "out"), environ={})


def test_row_without_a_stage_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "STAGES", {**STAGES, "third": DISPOSABLE})
    with pytest.raises(SettingsError, match=r"^stages/table\.py: the row 'third' has no account and Region; add "):
        app.build(new_app(tmp_path), environ={})


def test_validation_is_cached_only_where_the_library_does_not_run_it(tmp_path: Path) -> None:
    assert app.cached_validation({}) is None
    assert app.cached_validation({"CDK_VALIDATION": "true"}) is None
    assert app.cached_validation({"CDK_VALIDATION": "false", "DELIVERY_CACHE": str(tmp_path)}) is not None


def test_cache_is_in_the_clone_unless_a_shared_one_is_named(tmp_path: Path) -> None:
    assert app.cache_folder({}) == ROOT / ".cache"
    assert app.cache_folder({"DELIVERY_CACHE": str(tmp_path)}) == tmp_path


def test_committed_command_turns_the_librarys_own_instance_off() -> None:
    command = json.loads((ROOT / "cdk.json").read_text())["app"]
    assert command == f"{SWITCH}={OFF} python3 app.py"
