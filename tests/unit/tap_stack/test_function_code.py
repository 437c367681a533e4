from pathlib import Path

import aws_cdk as cdk
import pytest

from tap_stack.function_code import CODE, PACKAGE, PACKAGES, function_code
from tests.synthesis import new_app
from tests.unit.tap_stack.workload import Workload


def asset(stage: Workload) -> Path:
    """The folder that is uploaded as the function's code."""
    key: str = stage.the("AWS::Lambda::Function", "Function/Handler")["Code"]["S3Key"]
    return stage.assembly / f"asset.{key.removesuffix('.zip')}"


def asset_key(root: Path, outdir: Path) -> str:
    """Where the code of the function below ``root`` would be uploaded: its hash."""
    stack = cdk.Stack(new_app(outdir), "Code")
    with function_code(code=root / "lambda", packages=root / "packages") as code:
        location = code.bind(stack).s3_location
    assert location is not None
    return location.object_key


def code_folder(root: Path) -> Path:
    """A folder that holds a function like ours, and a package for it as an installer leaves it."""
    package = root / "lambda" / PACKAGE
    package.mkdir(parents=True)
    (package / "handler.py").write_text("def handler(): ...\n")
    (root / "packages" / "driver").mkdir(parents=True)
    (root / "packages" / "driver" / "__init__.py").write_text("")
    (root / "packages" / "driver-1.dist-info").mkdir()
    (root / "packages" / "driver-1.dist-info" / "METADATA").write_text("Name: driver\n")
    return root


def test_the_handler_named_in_the_template_is_in_the_asset(stage: Workload) -> None:
    handler = stage.the("AWS::Lambda::Function", "Function/Handler")["Handler"]
    module = handler.rpartition(".")[0].replace(".", "/") + ".py"
    assert (asset(stage) / module).read_bytes() == (CODE / module).read_bytes()


def test_the_asset_holds_every_file_of_the_package(stage: Workload) -> None:
    here = {path.name for path in (CODE / PACKAGE).iterdir() if path.is_file()}
    assert {path.name for path in (asset(stage) / PACKAGE).iterdir()} == here
    assert {"handler.py", "rds_roots.pem"} <= here


def test_the_asset_holds_the_locked_packages_and_what_they_need_to_be_imported(stage: Workload) -> None:
    lock = (CODE / "requirements.txt").read_text().splitlines()
    names = {line.partition("==")[0].replace("-", "_") for line in lock if "==" in line}
    bundled = {path.name.partition("-")[0] for path in asset(stage).glob("*.dist-info")}
    assert names == bundled
    assert "pg8000" in names
    for path in PACKAGES.rglob("*.py"):
        if "bin" not in path.parts:
            assert (asset(stage) / path.relative_to(PACKAGES)).is_file()


def test_everything_in_the_asset_is_readable_by_lambda(stage: Workload) -> None:
    assert {path.stat().st_mode & 0o777 for path in asset(stage).rglob("*") if path.is_file()} == {0o644}


def test_what_python_installers_and_others_leave_beside_the_code_does_not_change_the_asset(tmp_path: Path) -> None:
    clean, used = code_folder(tmp_path / "clean"), code_folder(tmp_path / "used")
    own, packages = used / "lambda" / PACKAGE, used / "packages"
    for cache in (own / "__pycache__", packages / "driver" / "__pycache__"):
        cache.mkdir()
        (cache / "handler.cpython-311.pyc").write_bytes(b"\0")
    (own / "notes.md").write_text("notes")
    (used / "lambda" / "another_function").mkdir()
    (used / "lambda" / "another_function" / "handler.py").write_text("")
    (packages / ".lock").write_text("")
    (packages / "bin").mkdir()
    (packages / "bin" / "driver").write_text("#!/this/machine/python\n")
    for name in ("INSTALLER", "RECORD", "REQUESTED"):
        (packages / "driver-1.dist-info" / name).write_text("this machine's")
    assert asset_key(used, tmp_path / "out-used") == asset_key(clean, tmp_path / "out-clean")


@pytest.mark.parametrize("changed", [f"lambda/{PACKAGE}/handler.py", "packages/driver/__init__.py"])
def test_a_change_to_the_code_or_to_a_package_changes_the_asset(tmp_path: Path, changed: str) -> None:
    before, after = code_folder(tmp_path / "before"), code_folder(tmp_path / "after")
    (after / changed).write_text("# changed\n")
    assert asset_key(after, tmp_path / "out-after") != asset_key(before, tmp_path / "out-before")


def test_packages_that_are_not_installed_stop_the_synth(tmp_path: Path) -> None:
    root = code_folder(tmp_path / "code")
    with (
        pytest.raises(FileNotFoundError, match="nowhere"),
        function_code(code=root / "lambda", packages=root / "nowhere"),
    ):
        pass
