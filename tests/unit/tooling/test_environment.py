import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tooling.environment import lay_out


@pytest.fixture(params=["clone", "a 'clone' of \"ours\" for $5 (a; b)"])
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def store(folder: Path) -> Path:
    (folder / "bin" / "__pycache__").mkdir(parents=True)
    (folder / "tool.py").write_text("def main():\n    print('tool', *sys.argv[1:])\n\n\nimport sys\n")
    (folder / "bin" / "tool").write_text(f"#!{sys.executable}\nfrom tool import main\nmain()\n")
    (folder / "bin" / "binary").write_text("#!/bin/sh\necho binary\n")
    for name in ("tool", "binary"):
        (folder / "bin" / name).chmod(stat.S_IRWXU)
    return folder


def source(folder: Path) -> Path:
    (folder / "src" / "own").mkdir(parents=True)
    (folder / "src" / "own" / "__init__.py").write_text(
        "import sys, tool\n\n\ndef main():\n    print(*sys.argv)\n    return 3\n"
    )
    (folder / "pyproject.toml").write_text('[project]\nname = "own"\nscripts = { own = "own:main" }\n')
    return folder


def said(environment: Path, command: str, *words: str) -> tuple[int, str]:
    run: list[str | Path] = [environment / "bin" / command, *words]
    done = subprocess.run(run, cwd="/", capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_commands_of_stores_and_sources_run_from_any_folder_name(clone: Path) -> None:
    environment = clone / ".venv"
    lay_out(environment, stores=[store(clone / "store")], sources=[source(clone / "packages" / "own")])
    assert said(environment, "tool", "a b", "$c") == (0, "tool a b $c\n")
    assert said(environment, "binary") == (0, "binary\n")
    assert said(environment, "own", "x") == (3, "own x\n")


def test_environment_is_made_again_only_when_it_changed(tmp_path: Path) -> None:
    environment, first = tmp_path / ".venv", store(tmp_path / "first")
    (tmp_path / "old").mkdir()
    environment.symlink_to(tmp_path / "old")
    lay_out(environment, stores=[first], sources=[])
    (environment / "mark").touch()
    lay_out(environment, stores=[first], sources=[])
    assert (environment / "mark").exists()
    lay_out(environment, stores=[store(tmp_path / "second")], sources=[])
    assert not (environment / "mark").exists()
    assert (tmp_path / "old").is_dir()
