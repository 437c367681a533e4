"""The tools that the pipeline installs are the ones that package.json pins."""

import json
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.toolchain import read_toolchain

PINNED = {"aws-cdk": "2.1148.1", "cdk-assets": "4.7.3"}
GONE = "no dependencies can be read from it"


def package(folder: Path, text: str) -> Path:
    path = folder / "package.json"
    path.write_text(text)
    return path


def test_exact_versions_are_read(tmp_path: Path) -> None:
    toolchain = read_toolchain(package(tmp_path, json.dumps({"dependencies": {**PINNED, "other": "*"}})))
    assert (toolchain.cdk, toolchain.cdk_assets) == ("2.1148.1", "4.7.3")


@pytest.mark.parametrize("version", ["^2.1148.1", "latest", "2.x", "2.1148.1 || 3", "2.1148.1\n", ""])
def test_a_version_that_could_move_is_refused(tmp_path: Path, version: str) -> None:
    text = json.dumps({"dependencies": {**PINNED, "aws-cdk": version}})
    with pytest.raises(SettingsError) as error:
        read_toolchain(package(tmp_path, text))
    allowed = "allowed: an exact version, such as '2.1148.1'"
    assert str(error.value) == f"package.json: dependencies.aws-cdk is {version!r}; {allowed}"


def test_a_tool_without_a_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"dependencies\.cdk-assets is missing; allowed: an exact"):
        read_toolchain(package(tmp_path, json.dumps({"dependencies": {"aws-cdk": "2.1148.1"}})))


@pytest.mark.parametrize("text", ["{}", "[]", "not json"])
def test_a_package_without_tools_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=GONE):
        read_toolchain(package(tmp_path, text))


def test_a_missing_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=GONE):
        read_toolchain(tmp_path / "package.json")
