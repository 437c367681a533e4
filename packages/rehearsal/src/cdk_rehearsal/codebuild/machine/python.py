"""The Python environment of one build: the machine's interpreter, pip, and nothing installed.

CodeBuild's images let a build install into their only Python. Here, that Python belongs to the user.
"""

import compileall
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


def provide_pip(folder: Path) -> Path | None:
    """Return a folder below ``folder`` that holds pip alone, making it at the first call.

    It is the machine's installed pip, which is compiled already, or else the wheel that came with Python. None if there
    is neither, as with Debian's Python without its package ``python3-venv``.
    """
    target = folder / "packages"
    with _lock:
        if target.exists():
            return target
        unfinished = folder / "packages.part"
        unfinished.mkdir(parents=True)
        installed, wheel = installed_pip(), bundled_pip()
        if installed is not None:
            for part in (installed, *installed.parent.glob("pip-*.dist-info")):
                (unfinished / part.name).symlink_to(part)
        elif wheel is not None:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(unfinished)
            compileall.compile_dir(unfinished, quiet=2)
        else:
            unfinished.rmdir()
            return None
        unfinished.rename(target)
    return target


def installed_pip() -> Path | None:
    """Return the package ``pip`` of the interpreter below any virtual environment, if it has one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    libraries = Path(sys.base_prefix, "lib")
    places = (libraries / version / "site-packages", libraries / "python3" / "dist-packages")
    return next((place / "pip" for place in places if (place / "pip" / "__main__.py").is_file()), None)


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
