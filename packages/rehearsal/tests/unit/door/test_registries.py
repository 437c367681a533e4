import json
import zipfile
from pathlib import Path

import pytest

from cdk_rehearsal.door.registries import PIP_DEFAULT_MODULE, configured_hosts, registry_hosts


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine's root with a user's HOME in it, where nothing is configured."""
    (tmp_path / "home").mkdir()
    (tmp_path / "bin").mkdir()
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def hosts(machine: Path, wheel: Path | None = None, **environ: str) -> set[str]:
    given = {"HOME": str(machine / "home"), "PATH": str(machine / "bin"), **environ}
    return set(registry_hosts(given, pip_wheel=wheel, root=machine))


def npm(machine: Path, answer: str) -> None:
    program = machine / "bin" / "npm"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)


def test_machine_without_configuration_has_no_registry(machine: Path) -> None:
    assert hosts(machine) == set()


def test_pip_is_read_from_variables_and_all_its_files(machine: Path) -> None:
    write(machine / "etc/pip.conf", "[global]\nindex-url = https://a.example/simple\n")
    write(
        machine / "home/.config/pip/pip.conf",
        "[install]\nextra-index-url =\n  https://b.example/x\n  http://c.example/\n",
    )
    write(machine / "home/.pip/pip.conf", "no section\n")
    write(machine / "own.conf", "[global]\nfind-links = /local/wheels https://d.example/wheels\n")
    found = hosts(machine, PIP_INDEX_URL="https://user:pw@e.example:8443/", PIP_CONFIG_FILE=str(machine / "own.conf"))
    assert found == {"a.example", "b.example", "c.example", "d.example", "e.example"}


def test_defaults_of_pip_are_its_own(machine: Path) -> None:
    for text, expected in (('PackageIndex("https://i.example/", file_storage_domain="f.example")', True), ("", False)):
        wheel = machine / "pip.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(PIP_DEFAULT_MODULE, text)
        assert hosts(machine, wheel) == ({"i.example", "f.example"} if expected else set())


def test_uv_is_read_from_variables_and_files(machine: Path) -> None:
    write(machine / "etc/uv/uv.toml", 'index-url = "https://a.example/"\n[[index]]\nurl = "https://b.example/"\n')
    write(machine / "home/.config/uv/uv.toml", '[pip]\nextra-index-url = ["https://c.example/"]\n')
    found = hosts(
        machine, UV_INDEX="name=https://d.example/ https://e.example/?q=1", UV_DEFAULT_INDEX="https://f.example"
    )
    assert found == {f"{letter}.example" for letter in "abcdef"}


def test_malformed_file_of_uv_is_passed_over(machine: Path) -> None:
    write(machine / "etc/uv/uv.toml", "= nonsense")
    assert hosts(machine) == set()


def test_npm_is_asked_for_its_registries(machine: Path) -> None:
    settings = {"registry": "https://a.example/", "@scope:registry": "https://b.example/", "other": "https://c.example"}
    npm(machine, json.dumps(settings))
    assert hosts(machine) == {"a.example", "b.example"}


@pytest.mark.parametrize("answer", ["", "nonsense"])
def test_npm_that_fails_has_no_registry(machine: Path, answer: str) -> None:
    npm(machine, answer)
    assert hosts(machine) == set()


@pytest.mark.parametrize("url", ["file:///opt/simple", "https://", "https://a.example:port/", "plain"])
def test_other_urls_name_no_host(machine: Path, url: str) -> None:
    assert hosts(machine, PIP_INDEX_URL=url) == set()


def test_registry_on_loopback_is_known_by_its_port(machine: Path) -> None:
    found = configured_hosts({"HOME": str(machine), "npm_config_registry": "http://localhost:4873/"}, machine)
    assert found == {"localhost:4873"}
    assert hosts(machine, PIP_INDEX_URL="http://127.0.0.1/") == {"127.0.0.1:80"}
