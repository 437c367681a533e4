from pathlib import Path

import pytest

from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer


def test_a_configuration_survives_its_file_which_only_its_owner_reads(tmp_path: Path) -> None:
    server = PostgresServer(port=5555, superuser="s", password="secret-word", tls=True)
    config = EmulatorConfig(port=4999, state_dir=tmp_path, postgres=server, build_environment={"A": "b"})
    path = tmp_path / "config.json"
    config.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert EmulatorConfig.load(path) == config


def test_the_database_password_is_in_no_representation() -> None:
    server = PostgresServer(port=5555, superuser="s", password="secret-word")
    config = EmulatorConfig(port=4999, state_dir=Path("/x"), postgres=server)
    assert "secret-word" not in repr(config)


def test_secrets_of_a_rehearsal_are_in_no_representation_and_random() -> None:
    one, other = (EmulatorConfig(port=4999, state_dir=Path("/x")) for _ in range(2))
    assert one.secret != other.secret
    assert one.token != other.token
    assert not {one.secret, one.token} & set(repr(one).replace("'", " ").split())


def test_root_credentials_differ_per_account_and_rehearsal() -> None:
    one, other = (EmulatorConfig(port=4999, state_dir=Path("/x")) for _ in range(2))
    keys = [one.root("1" * 12), one.root("2" * 12), other.root("1" * 12)]
    assert [key["AccessKeyId"] for key in keys] == ["1" * 12, "2" * 12, "1" * 12]
    assert len({key["SecretAccessKey"] for key in keys}) == 3
    assert one.root("1" * 12) == keys[0]
    assert one.secret not in keys[0]["SecretAccessKey"]


def test_everything_an_emulator_keeps_lies_in_its_folder() -> None:
    config = EmulatorConfig(port=4999, state_dir=Path("/x/state"))
    places = [config.repositories, config.builds, config.build_logs, config.action_logs, config.build_log("p:1")]
    places.append(config.token_file)
    assert all(place.is_relative_to(config.state_dir) for place in places)
    assert config.build_log("project:0-1").name == "project-0-1.log"
    assert config.endpoint == "http://127.0.0.1:4999"


@pytest.mark.parametrize("secret", ["password"])
def test_a_server_without_its_password_is_no_server(secret: str) -> None:
    with pytest.raises(ValueError, match=secret):
        PostgresServer.model_validate({"port": 5555, "superuser": "s"})
