import os
from pathlib import Path

import pytest

from cdk_rehearsal.driver.environment import account_environment, base_environment, build_image, quiet_home
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

USERS = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "a-real-key",
    "AWS_SESSION_TOKEN": "a-real-token",
    "HOME": "/home/someone",
    "SSL_CERT_FILE": "/certificates.pem",
    "MY_CACHE": "/cache",
    "OTHER": "x",
}


def test_children_get_certificates_and_named_caches_but_nothing_of_the_user() -> None:
    environment = base_environment(USERS, keep=["MY_CACHE", "ABSENT_CACHE"])
    assert environment["SSL_CERT_FILE"] == "/certificates.pem"
    assert environment["MY_CACHE"] == "/cache"
    assert not {"HOME", "OTHER", "ABSENT_CACHE"} & environment.keys()
    assert not [name for name in environment if name.startswith("AWS_")]


def test_loopback_is_never_reached_through_a_proxy() -> None:
    environment = base_environment({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "corp"}, keep=[])
    assert environment["NO_PROXY"] == environment["no_proxy"] == "127.0.0.1,localhost"


def test_an_account_is_reached_without_profile_files_or_metadata() -> None:
    config = EmulatorConfig(port=1, state_dir=Path("/x"))
    variables = account_environment("111111111111", config=config, region="eu-west-1")
    assert variables["AWS_ENDPOINT_URL"] == variables["AWS_ENDPOINT_URL_S3"] == "http://127.0.0.1:1"
    assert variables["AWS_ACCESS_KEY_ID"] == "111111111111"
    assert variables["AWS_SECRET_ACCESS_KEY"] == config.root("111111111111")["SecretAccessKey"]
    assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert variables["AWS_EC2_METADATA_DISABLED"] == "true"


def _tools(folder: Path, *names: str) -> dict[str, str]:
    folder.mkdir()
    for name in names:
        (folder / name).touch(mode=0o755)
    return {"PATH": str(folder)}


def test_a_build_finds_its_tools_and_not_the_rehearsal_s_own_virtual_environment(tmp_path: Path) -> None:
    environ = _tools(tmp_path / "bin", "git", "make", "node", "npm", "npx")
    path = build_image(tmp_path / "image", environ)
    assert path.split(os.pathsep)[0] == str(tmp_path / "image")
    assert (tmp_path / "image" / "npm").readlink() == tmp_path / "bin" / "npm"
    assert ".venv" not in str((tmp_path / "image" / "python3").readlink())
    assert build_image(tmp_path / "image", environ) == path


def test_a_tool_that_builds_need_is_named_when_it_is_missing(tmp_path: Path) -> None:
    environ = _tools(tmp_path / "bin", "git", "make", "node")
    with pytest.raises(RehearsalError, match=r"^npm is not on PATH, and builds need it; install it$"):
        build_image(tmp_path / "image", environ)


def test_the_cdk_cli_asks_for_no_notices(tmp_path: Path) -> None:
    quiet_home(tmp_path / "home")
    assert (tmp_path / "home" / ".cdk.json").read_text() == '{"notices": false}\n'
