"""The Python environment of one build: the machine's interpreter, pip, and nothing installed.

CodeBuild's images let a build install into their only Python. Here, that Python belongs to the user.
"""

import ensurepip
import sys
import sysconfig
import threading
import venv
import zipfile
from pathlib import Path

PIP_SCRIPT = '#!/bin/sh\nexec "${0%/*}/python" -m pip "$@"\n'  # a shebang can't name every path that a clone may have
PIP_NAMES = ("pip", "pip3")
_lock = threading.Lock()


def bundled_pip() -> Path | None:
    """Return the wheel of pip that came with this Python, if there is one."""
    return next((found for place in _wheel_folders() for found in sorted(place.glob("pip-*.whl"))), None)


def unpacked_pip(folder: Path) -> Path | None:
    """Return pip's packages below ``folder``, unpacking Python's bundled wheel at the first call.

    None if this Python comes without one, as Debian's does without its package ``python3-venv``.
    """
    wheel = bundled_pip()
    if wheel is None:
        return None
    target = folder / wheel.stem
    with _lock:
        if not target.exists():
            unfinished = folder / f"{wheel.stem}.part"
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(unfinished)
            unfinished.rename(target)
    return target


def create_environment(folder: Path, *, pip: Path | None) -> None:
    """Create a virtual environment in ``folder`` whose pip is imported from ``pip``: some milliseconds, not seconds."""
    builder = venv.EnvBuilder(symlinks=True, with_pip=False)
    builder.create(folder)
    if pip is None:
        return
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "lib" / version / "site-packages" / "pip.pth").write_text(f"{pip}\n")
    for name in PIP_NAMES:
        script = folder / "bin" / name
        script.write_text(PIP_SCRIPT)
        script.chmod(0o755)


def _wheel_folders() -> tuple[Path, ...]:
    configured = sysconfig.get_config_var("WHEEL_PKG_DIR")
    bundled = Path(ensurepip.__file__).parent / "_bundled"
    return (Path(configured), bundled) if configured else (bundled,)
