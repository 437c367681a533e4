"""A real browser for tests: Chromium as a package with everything that it needs, beside the clone's other caches."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).with_name("browser")
LOCKED = ("package.json", "package-lock.json", ".npmrc")
PATIENCE_SECONDS = 150


def installed() -> Path:
    """The folder with the browser, installed from its lock file the first time, and the scripts that drive it."""
    content = b"\0".join((PACKAGE / name).read_bytes() for name in LOCKED)
    caches = Path(os.environ.get("DELIVERY_CACHE") or ".cache").absolute() / "browser"
    folder = caches / hashlib.sha256(content).hexdigest()[:20]
    caches.mkdir(parents=True, exist_ok=True)
    with (caches / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            (folder / "unpacked").mkdir(parents=True)
            for name in LOCKED:
                shutil.copy(PACKAGE / name, folder)
            install = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"]
            subprocess.run(install, cwd=folder, check=True)
            (folder / "done").touch()
    return folder


def drive(browser: Path, script: str, *words: str | Path, home: Path) -> Any:
    """Run a script of ``browser/`` in the browser; return what it says. ``home`` is a folder for what it writes."""
    # Its imports are looked for from where it lies; scripts of other clones may share the browser.
    own = browser / f"{hashlib.sha256(str(home).encode()).hexdigest()[:20]}"
    own.mkdir(exist_ok=True)
    try:
        for source in PACKAGE.glob("*.mjs"):
            shutil.copy(source, own)
        done = subprocess.run(
            ["node", own / script, *words],
            cwd=own,
            env={**os.environ, "TMPDIR": str(browser / "unpacked"), "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    finally:
        shutil.rmtree(own)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
