import subprocess
from pathlib import Path

import pytest

from tests.unit.tooling.conftest import Machine
from tooling.setup import DEV, STEPS, SYNTH, ToolMissingError, set_up


def test_hashes_are_checked_of_everything_that_is_installed(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, DEV)
    installs = machine.ran("-r")
    assert machine.locked == ["installer==1\n", "steps==1\n", "synth==1\n", "dev==1\n", "driver==1\n"]
    assert all("--require-hashes" in command for command in installs)
    assert machine.layout.node_modules.resolve().name == "node_modules"


def test_steps_install_neither_the_cdk_nor_the_emulator_nor_node(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, STEPS)
    assert machine.locked == ["installer==1\n", "steps==1\n"]
    assert machine.ran("ci") == []


def test_synth_installs_no_tools_and_no_server(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, SYNTH)
    assert machine.locked == ["installer==1\n", "steps==1\n", "synth==1\n", "driver==1\n"]
    (npm,) = machine.ran("ci")
    assert "--omit=dev" in npm
    assert machine.ran("postgres") == []


def test_groups_share_what_they_have_in_common(machine: Machine) -> None:
    for group in (STEPS, SYNTH, DEV):
        set_up(machine.layout, machine.environ, group)
    assert machine.locked.count("steps==1\n") == 1


def test_the_function_s_packages_are_wheels_in_a_folder_of_their_own(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, SYNTH)
    (install,) = machine.ran("lambda/requirements.txt")
    target = Path(install[install.index("--target") + 1])
    assert target == (machine.layout.venv / "function-packages").resolve()
    assert install[install.index("--only-binary") + 1] == ":all:"


def test_a_changed_lock_of_the_function_is_installed_anew(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, DEV)
    machine.layout.function_requirements.write_text("driver==2\n")
    set_up(machine.layout, machine.environ, DEV)
    assert len(machine.ran("lambda/requirements.txt")) == 2


def test_a_second_run_installs_nothing(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, DEV)
    before = len(machine.commands)
    set_up(machine.layout, machine.environ, DEV)
    assert len(machine.commands) == before


def test_a_changed_lock_is_installed_anew(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, DEV)
    machine.layout.requirements("dev").write_text("steps==1\nsynth==1\ndev==2\n")
    set_up(machine.layout, machine.environ, DEV)
    assert machine.locked[-1] == "dev==2\n"
    assert machine.locked.count("synth==1\n") == 1


def test_a_half_finished_installation_is_done_again(machine: Machine) -> None:
    machine.fails = {"ci"}
    with pytest.raises(subprocess.CalledProcessError):
        set_up(machine.layout, machine.environ, DEV)
    machine.fails = set()
    set_up(machine.layout, machine.environ, DEV)
    assert len(machine.ran("ci")) == 2
    assert machine.layout.node_modules.is_dir()


@pytest.mark.parametrize("version", ["v20.20.2", "v9.1.0", "nonsense", ""])
def test_an_old_node_is_replaced_by_one_from_the_package(machine: Machine, version: str) -> None:
    machine.node = version
    set_up(machine.layout, machine.environ, DEV)
    assert len(machine.ran("node.txt")) == 1
    assert (machine.layout.venv / "bin" / "node").readlink().name == "node"
    assert (machine.layout.venv / "bin" / "npm").readlink().name == "npm-cli.js"


@pytest.mark.parametrize("tool", ["node", "npm"])
def test_node_comes_from_the_package_where_node_or_npm_is_absent(machine: Machine, tool: str) -> None:
    machine.lacks(tool)
    machine.has("npm") if tool == "node" else None
    with_npm = dict(machine.environ)
    if tool == "npm":
        # The package brings npm along; here its link points nowhere, so another one must be found.
        with pytest.raises(ToolMissingError, match="npm is not on PATH"):
            set_up(machine.layout, with_npm, DEV)
    else:
        set_up(machine.layout, with_npm, DEV)
    assert len(machine.ran("node.txt")) == 1


def test_postgresql_comes_from_its_own_lock_only_where_no_server_is_found(machine: Machine) -> None:
    set_up(machine.layout, machine.environ, DEV)
    assert len(machine.ran("ci")) == 1
    machine.layout.postgres_files[1].write_text("another lock")
    machine.fails = {"locate"}
    set_up(machine.layout, machine.environ, DEV)
    assert len(machine.ran("ci")) == 2
    store = (machine.layout.venv / "postgres").resolve()
    assert (store / "package-lock.json").read_text() == "another lock"
    assert (store / "node_modules").is_dir()


@pytest.mark.parametrize("tool", ["git", "make"])
def test_a_tool_that_set_up_cannot_install_is_named(machine: Machine, tool: str) -> None:
    machine.lacks(tool)
    with pytest.raises(ToolMissingError, match=f"^{tool} is not on PATH"):
        set_up(machine.layout, machine.environ, DEV)
    assert machine.commands == []


def test_a_long_set_up_says_how_long_it_took(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 12.4])
    monkeypatch.setattr("tooling.setup.time.monotonic", lambda: next(clock))
    set_up(machine.layout, machine.environ, DEV)
    assert capsys.readouterr().err.endswith("setup: done in 12 s\n")


def test_a_python_without_ensurepip_is_told_what_to_install(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tooling.setup.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ToolMissingError, match="lacks ensurepip; install it"):
        set_up(machine.layout, machine.environ, DEV)
    assert machine.commands == []
