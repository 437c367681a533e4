import ensurepip
import os
import subprocess
import sysconfig
import zipfile
from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.machine.python import create_environment, unpacked_pip

PACKAGE = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "greeter-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("greeter.py", "WORD = 'hello'")
        wheel.writestr("greeter-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: greeter\\nVersion: 1\\n")
        wheel.writestr("greeter-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("greeter-1.dist-info/RECORD", "")
    return name
"""


def run(environment: Path, *command: str) -> str:
    path = os.pathsep.join((str(environment / "bin"), os.environ["PATH"]))
    given = {"PATH": path, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(command, env=given, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["plain", "odd 'na\"me $HOME; (x)"])
@pytest.mark.parametrize("pip", [("pip",), ("pip3",), ("python", "-m", "pip")])
def test_pip_installs_into_environment_of_the_build(tmp_path: Path, name: str, pip: tuple[str, ...]) -> None:
    environment, package = tmp_path / name / "python", tmp_path / "package"
    package.mkdir()
    (package / "pyproject.toml").write_text(PACKAGE)
    (package / "backend.py").write_text(BACKEND)
    create_environment(environment, pip=unpacked_pip(tmp_path / "pip"))
    run(environment, *pip, "install", "--quiet", "--no-build-isolation", str(package))
    where = Path(run(environment, "python", "-c", "import greeter; print(greeter.__file__)").strip())
    assert where.is_relative_to(environment)


def test_environment_starts_without_packages_of_the_rehearsal(tmp_path: Path) -> None:
    create_environment(tmp_path / "python", pip=None)
    found = run(tmp_path / "python", "python", "-c", "import importlib.util as u; print(u.find_spec('botocore'))")
    assert found.strip() == "None"
    assert not (tmp_path / "python" / "bin" / "pip").exists()


def test_bundled_pip_is_unpacked_once(tmp_path: Path) -> None:
    first = unpacked_pip(tmp_path)
    assert first is not None
    (first / "marker").touch()
    assert unpacked_pip(tmp_path) == first
    assert (first / "marker").exists()


def test_python_without_bundled_pip_yields_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensurepip, "__file__", str(tmp_path / "ensurepip" / "__init__.py"))
    assert unpacked_pip(tmp_path) is None


def test_wheels_of_the_distribution_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "pip-99-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pip/__init__.py", "")
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: str(wheels))
    assert unpacked_pip(tmp_path) == tmp_path / "pip-99-py3-none-any"
