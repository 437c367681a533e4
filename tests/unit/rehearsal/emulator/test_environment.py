from pathlib import Path

from rehearsal.emulator.config import EmulatorConfig
from rehearsal.emulator.environment import emulator_environment

CONFIG = EmulatorConfig(port=4999, region="eu-west-1", state_dir=Path("/somewhere/state"))


def test_nothing_of_the_users_aws_or_proxy_settings_reaches_the_emulator() -> None:
    user = {
        "PATH": "/bin",
        "LANG": "C",
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "HTTPS_PROXY": "http://proxy:3128",
        "DOCKER_HOST": "tcp://somewhere:2375",
        "SERVICES": "s3",
        "AUTH": "false",
    }
    environment = emulator_environment(CONFIG, user)
    assert environment["PATH"] == "/bin"
    assert environment["LANG"] == "C"
    assert not {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} & set(environment)
    assert not {"HTTPS_PROXY", "SERVICES"} & set(environment)
    assert "somewhere" not in environment["DOCKER_HOST"]
    assert environment["AUTH"] == "true"


def test_the_emulator_is_told_its_port_region_and_folders_and_stays_on_loopback() -> None:
    environment = emulator_environment(CONFIG, {})
    assert (environment["GATEWAY_PORT"], environment["BIND_HOST"]) == ("4999", "127.0.0.1")
    assert environment["MINISTACK_REGION"] == "eu-west-1"
    folders = (environment["STATE_DIR"], environment["S3_DATA_DIR"], environment["TMPDIR"])
    assert all(folder.startswith("/somewhere/state/") for folder in folders)
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"
