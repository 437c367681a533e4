"""The function's code as it is uploaded: its own modules and the packages that it is bundled with."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parent.parent
CODE = ROOT / "lambda"
PACKAGE = "tap_function"
PACKAGES = Path(sys.prefix) / "function-packages"
"""Where ``make setup`` installs the packages of ``lambda/requirements.txt``, whose hashes are locked: in the virtual
environment that the app runs in."""

OWN_FILES = ("*.py", "*.pem")
# What the installer leaves about the machine that it ran on.
INSTALLER_FILES = shutil.ignore_patterns(".*", "__pycache__", "*.pyc", "bin", "INSTALLER", "RECORD", "REQUESTED")
READABLE = 0o644


@contextmanager
def function_code(*, code: Path = CODE, packages: Path = PACKAGES) -> Iterator[lambda_.Code]:
    """Give the asset of the function below ``code`` with its ``packages``; to be used within the block.

    The same commit gives the same bytes on every machine: nothing that Python, an installer or another function leaves
    beside the files is taken along, and neither are the modes that they have there.

    Raises:
        FileNotFoundError: The packages have not been installed; ``make setup`` does.
    """
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        shutil.copytree(packages, bundle, ignore=INSTALLER_FILES, copy_function=_copy)
        own = bundle / PACKAGE
        own.mkdir()
        for pattern in OWN_FILES:
            for file in (code / PACKAGE).glob(pattern):
                _copy(file, own / file.name)
        yield lambda_.Code.from_asset(str(bundle))


def _copy(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(READABLE)
