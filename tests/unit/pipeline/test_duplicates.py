from pathlib import Path

import pytest

from pipeline.duplicates import reject_duplicates
from pipeline.errors import SettingsError

BELOW = ("context", "delivery")


def lines(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "cdk.json"
    file.write_text(text)
    with pytest.raises(SettingsError) as error:
        reject_duplicates(file, below=BELOW)
    return str(error.value).splitlines()


def test_stage_defined_twice_is_one_line(tmp_path: Path) -> None:
    text = '{"context": {"delivery": {"stages": {"dev": {}, "qa": {"account": "1"}, "dev": {"account": "2"}}}}}'
    assert lines(tmp_path, text) == ["cdk.json: delivery.stages.dev is defined twice; remove one of the two"]


def test_every_repeated_setting_is_named(tmp_path: Path) -> None:
    text = '{"context": {"delivery": {"branch": "a", "branch": "b", "tools": {"region": "c", "region": "d"}}}}'
    assert lines(tmp_path, text) == [
        "cdk.json: delivery.branch is defined twice; remove one of the two",
        "cdk.json: delivery.tools.region is defined twice; remove one of the two",
    ]


def test_settings_defined_twice_are_one_line(tmp_path: Path) -> None:
    text = '{"context": {"delivery": {}, "delivery": {}}}'
    assert lines(tmp_path, text) == ["cdk.json: delivery is defined twice; remove one of the two"]


def test_repeated_keys_elsewhere_are_not_the_settings_concern(tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text('{"app": "x", "app": "y", "context": {"flag": [1], "flag": 2, "delivery": {"stages": {}}}}')
    reject_duplicates(file, below=BELOW)


@pytest.mark.parametrize("text", ["{", None])
def test_unreadable_file_is_one_line(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "cdk.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError, match=r"^cdk\.json: not readable as JSON \(.+\); restore it from git$"):
        reject_duplicates(file, below=BELOW)
