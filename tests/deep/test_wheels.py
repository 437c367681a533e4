"""The tools as strangers install them: wheels in an empty environment, outside the clone, on apps of other people."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.synthesis import ROOT

pytestmark = [pytest.mark.enable_socket]

PROJECTS = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
PUBLISHED = [folder for folder in PROJECTS if folder.name != "testing"]
APP = """\
import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

app = cdk.App()
stack = cdk.Stack(app, "Shop", env=cdk.Environment(account="4" * 12, region="us-east-1"))
s3.Bucket(stack, "Orders", versioned={versioned}, removal_policy=cdk.RemovalPolicy.RETAIN)
app.synth()
"""
"""An app of somebody else, with one stack that holds data."""


def run(*command: str | Path, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True, check=False)


def done(*command: str | Path, cwd: Path, **environ: str) -> str:
    result = run(*command, cwd=cwd, **environ)
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


def project(folder: Path) -> Mapping[str, object]:
    found: Mapping[str, object] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return found


def commands() -> list[str]:
    return [name for folder in PUBLISHED for name in dict(project(folder).get("scripts", {}))]  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment that has the wheels and what they need, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    cache = Path(os.environ.get("DELIVERY_CACHE") or ROOT / ".cache")
    (uv, *_) = cache.glob("installer/*/bin/uv")
    for source in PUBLISHED:
        build: list[str | Path] = [
            sys.executable,
            "-m",
            "hatchling",
            "build",
            "--target",
            "wheel",
            "--directory",
            folder / "wheels",
        ]
        done(*build, cwd=source)
    wheels = sorted((folder / "wheels").glob("*.whl"))
    assert len(wheels) == len(PUBLISHED)
    done(uv, "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    pins = folder / "pins.txt"
    # The same releases that the clone has, so that what is tested here is what was tested there.
    lines = (ROOT / "requirements" / "dev.txt").read_text().splitlines()
    pins.write_text("\n".join(line.removesuffix(" \\") for line in lines if line[:1].isalnum()))
    python = folder / "venv" / "bin" / "python"
    done(uv, "pip", "install", "--quiet", "--python", python, "--constraint", pins, *wheels, cwd=folder)
    return folder / "venv" / "bin"


def assembly(folder: Path, *, versioned: bool) -> Path:
    """The other app's cloud assembly, synthesized with the clone's CDK."""
    folder.mkdir()
    (folder / "app.py").write_text(APP.format(versioned=versioned))
    done(sys.executable, "app.py", cwd=folder, CDK_OUTDIR=str(folder / "cdk.out"))
    return folder / "cdk.out"


@pytest.mark.parametrize("command", commands())
def test_installed_command_prints_its_help_without_the_clone(command: str, installed: Path, tmp_path: Path) -> None:
    said = done(installed / command, "--help", cwd=tmp_path, PYTHONPATH="")
    assert said.lower().startswith(f"usage: {command} ")


def test_wheels_hold_no_tests_and_every_data_file(installed: Path) -> None:
    (site,) = installed.parent.glob("lib/python*/site-packages")
    for source in PUBLISHED:
        (package,) = (source / "src").iterdir()
        shipped = {path.relative_to(site / package.name) for path in (site / package.name).rglob("*") if path.is_file()}
        written = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
        differ = {path for path in shipped ^ written if "__pycache__" not in path.parts}
        assert differ == set(), source.name


def test_cost_of_another_app_is_printed(installed: Path, tmp_path: Path) -> None:
    said = done(installed / "cdk-cost", assembly(tmp_path / "app", versioned=True), cwd=tmp_path, PYTHONPATH="")
    assert said.startswith("Shop (us-east-1)\n")


def test_verdict_on_another_app_stops_lost_versions(installed: Path, tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", versioned=True)
    head = assembly(tmp_path / "head", versioned=False)
    same = run(installed / "cdk-verdict", base, base, "--json", cwd=tmp_path, PYTHONPATH="")
    assert (same.returncode, json.loads(same.stdout)["outcome"]) == (0, "CLEAN")
    worse = run(installed / "cdk-verdict", base, head, cwd=tmp_path, PYTHONPATH="")
    assert worse.returncode == 1, worse.stdout + worse.stderr
    assert "Shop/Orders" in worse.stdout


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_app_without_a_pipeline_is_rejected_in_one_line(language: str, installed: Path, tmp_path: Path) -> None:
    app = tmp_path / "shop"
    app.mkdir()
    done("cdk", "init", "app", "--language", language, "--generate-only", cwd=app)
    assert (app / "cdk.json").is_file()
    for command in (["cdk-rehearsal", "run"], ["cdk-review", "cdk.out", "cdk.out"], ["cdk-cost"]):
        said = run(installed / command[0], *command[1:], cwd=app, PYTHONPATH="")
        assert said.returncode in {1, 2}, command
        assert said.stderr.count("\n") == 1, said.stderr
