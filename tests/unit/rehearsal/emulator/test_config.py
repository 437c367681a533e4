from pathlib import Path

import pytest

from rehearsal.emulator.config import EmulatorConfig, PostgresServer


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


def test_everything_an_emulator_keeps_lies_in_its_folder() -> None:
    config = EmulatorConfig(port=4999, state_dir=Path("/x/state"))
    places = [config.repositories, config.builds, config.build_logs, config.action_logs, config.build_log("p:1")]
    assert all(place.is_relative_to(config.state_dir) for place in places)
    assert config.build_log("project:0-1").name == "project-0-1.log"
    assert config.endpoint == "http://127.0.0.1:4999"


@pytest.mark.parametrize("secret", ["password"])
def test_a_server_without_its_password_is_no_server(secret: str) -> None:
    with pytest.raises(ValueError, match=secret):
        PostgresServer.model_validate({"port": 5555, "superuser": "s"})
