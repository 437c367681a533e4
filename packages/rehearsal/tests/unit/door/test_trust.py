from pathlib import Path

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.door.trust import BUNDLE_VARIABLES, GUARD, door_environment, write_trust


def config(folder: Path) -> DoorConfig:
    return DoorConfig(port=3128, emulator=4999, secret="s", token="t", folder=folder)


def test_bundle_holds_the_users_certificates_and_the_sessions(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_bytes(b"own")
    (tmp_path / "node.pem").write_bytes(b"node")
    environ = {"PIP_CERT": str(tmp_path / "own.pem"), "NODE_EXTRA_CA_CERTS": str(tmp_path / "node.pem")}
    made = config(tmp_path)
    write_trust(made, b"authority", environ | {"CURL_CA_BUNDLE": "/nonexistent"})
    assert made.bundle.read_bytes().endswith(b"own\nauthority")
    assert made.extra.read_bytes() == b"node\nauthority"
    assert made.authority.read_bytes() == b"authority"


def test_node_gets_the_sessions_authority_alone_by_default(tmp_path: Path) -> None:
    write_trust(config(tmp_path), b"authority", {})
    assert config(tmp_path).extra.read_bytes() == b"authority"


def test_process_in_a_sandbox_needs_no_password(tmp_path: Path) -> None:
    variables = door_environment(config(tmp_path), confined=True)
    assert variables["HTTPS_PROXY"] == variables["http_proxy"] == "http://127.0.0.1:3128"
    assert {variables[name] for name in BUNDLE_VARIABLES} == {str(tmp_path / "certificates" / "bundle.pem")}
    assert "NODE_OPTIONS" not in variables


def test_process_outside_has_the_password_and_the_guard(tmp_path: Path) -> None:
    variables = door_environment(config(tmp_path), confined=False)
    assert variables["HTTPS_PROXY"] == "http://rehearsal:t@127.0.0.1:3128"
    assert variables["NODE_OPTIONS"] == f'--require "{GUARD}"'
    assert GUARD.is_file()


def test_configuration_is_its_owners_alone(tmp_path: Path) -> None:
    config(tmp_path).save(tmp_path / "door.json")
    assert (tmp_path / "door.json").stat().st_mode & 0o777 == 0o600
    assert DoorConfig.load(tmp_path / "door.json") == config(tmp_path)
    assert "'s'" not in repr(config(tmp_path))
