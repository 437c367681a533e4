import ensurepip
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.machine import python
from cdk_rehearsal.codebuild.machine.python import create_environment, provide_pip

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


@pytest.mark.parametrize(("name", "pip"), [("plain", ("python", "-m", "pip")), ("odd 'na\"me $HOME; (x)", ("pip",))])
def test_pip_installs_into_environment_of_the_build(tmp_path: Path, name: str, pip: tuple[str, ...]) -> None:
    environment, package = tmp_path / name / "python", tmp_path / "package"
    package.mkdir()
    (package / "pyproject.toml").write_text(PACKAGE)
    (package / "backend.py").write_text(BACKEND)
    create_environment(environment, pip=provide_pip(tmp_path / "pip"))
    run(environment, *pip, "install", "--quiet", "--no-build-isolation", str(package))
    where = Path(run(environment, "python", "-c", "import greeter; print(greeter.__file__)").strip())
    assert where.is_relative_to(environment)


def test_environment_starts_without_packages_of_the_rehearsal(tmp_path: Path) -> None:
    create_environment(tmp_path / "python", pip=None)
    found = run(tmp_path / "python", "python", "-c", "import importlib.util as u; print(u.find_spec('botocore'))")
    assert found.strip() == "None"
    assert not (tmp_path / "python" / "bin" / "pip").exists()


@pytest.fixture
def without_installed_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "installed_pip", lambda: None)


def test_installed_pip_is_provided_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    place = tmp_path / "base" / "lib" / version / "site-packages"
    for name in ("pip", "pip-99.dist-info", "other"):
        (place / name).mkdir(parents=True)
    (place / "pip" / "__main__.py").touch()
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    provided = provide_pip(tmp_path / "state")
    assert provided is not None
    assert sorted(path.name for path in provided.iterdir()) == ["pip", "pip-99.dist-info"]
    assert (provided / "pip").resolve() == place / "pip"


@pytest.mark.usefixtures("without_installed_pip")
def test_bundled_pip_is_unpacked_once_and_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "pip-99-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pip/__init__.py", "")
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: str(wheels))
    first = provide_pip(tmp_path / "state")
    assert first is not None
    assert len(list(first.rglob("*.pyc"))) == 1
    (first / "marker").touch()
    assert provide_pip(tmp_path / "state") == first
    assert (first / "marker").exists()


@pytest.mark.usefixtures("without_installed_pip")
def test_python_without_any_pip_yields_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensurepip, "__file__", str(tmp_path / "ensurepip" / "__init__.py"))
    assert provide_pip(tmp_path / "state") is None
    assert provide_pip(tmp_path / "state") is None
