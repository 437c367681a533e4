from pathlib import Path

from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer
from cdk_rehearsal.emulator.environment import emulator_environment

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


def test_functions_are_told_what_to_verify_a_database_by_where_it_speaks_tls() -> None:
    root = Path("/somewhere/server.crt")
    server = PostgresServer(port=1, superuser="s", password="p", tls=True, root_certificate=root)
    told = emulator_environment(CONFIG.model_copy(update={"postgres": server}), {"PGSSLROOTCERT": "/the/user's"})
    assert told["PGSSLROOTCERT"] == str(root)
    for other in (None, PostgresServer(port=1, superuser="s", password="p")):
        assert "PGSSLROOTCERT" not in emulator_environment(CONFIG.model_copy(update={"postgres": other}), {})


def test_functions_reach_the_network_by_the_door_alone() -> None:
    door = {"HTTPS_PROXY": "http://127.0.0.1:3128", "NODE_EXTRA_CA_CERTS": "/extra.pem", "CACHE": "/cache"}
    environment = emulator_environment(CONFIG.model_copy(update={"build_environment": door}), {"HTTPS_PROXY": "theirs"})
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:3128"
    assert environment["NODE_EXTRA_CA_CERTS"] == "/extra.pem"
    assert "CACHE" not in environment
