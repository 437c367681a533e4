"""The auditor's page works in a real browser: it shows, finds and prints everything, and asks nobody for anything.

Chromium is a package with everything that it needs, installed beside the clone's other caches the first time.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.writing.page import page
from tests.synthesis import ROOT
from tests.unit.review.reports import finding, full

PACKAGE = Path(__file__).with_name("browser")
FILES = ("package.json", "package-lock.json", ".npmrc", "observe.mjs")

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture(scope="module")
def browser() -> Path:
    """The folder with the browser, from the lock file beside this test."""
    content = b"\0".join((PACKAGE / name).read_bytes() for name in FILES)
    caches = Path(os.environ.get("DELIVERY_CACHE") or ROOT / ".cache").absolute() / "browser"
    folder = caches / hashlib.sha256(content).hexdigest()[:20]
    caches.mkdir(parents=True, exist_ok=True)
    with (caches / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            (folder / "unpacked").mkdir(parents=True)
            for name in FILES:
                shutil.copy(PACKAGE / name, folder)
            install = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"]
            subprocess.run(install, cwd=folder, check=True)
            (folder / "done").touch()
    return folder


@pytest.fixture
def observe(browser: Path, tmp_path: Path) -> Callable[[str, str], Any]:
    """Opens a page and searches it; returns what is to be seen."""

    def observed(html: str, search: str) -> Any:
        file = tmp_path / "report.html"
        file.write_text(html)
        done = subprocess.run(
            ["node", "observe.mjs", file, search, tmp_path],
            cwd=browser,
            env={**os.environ, "TMPDIR": str(browser / "unpacked"), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return observed


def test_it_shows_finds_and_prints_everything_and_loads_nothing(
    observe: Callable[[str, str], Any], tmp_path: Path
) -> None:
    report = full("a value").model_copy(
        update={
            "findings": (
                *full("a value").findings,
                finding("new", text="needle in the hay", number=8),
                finding("fixed", text="needle", number=9, before="open"),
            )
        }
    )
    seen = observe(page(report), "NEEDLE  rule")
    assert seen["heading"].startswith("❌ 2 new findings")
    assert seen["title"].endswith(seen["heading"])
    assert "needle in the hay" in seen["text"]
    assert seen["whole"]["shown"] > 20
    assert seen["found"]["shown"] == 2
    assert seen["found"]["count"] == "2 found"
    assert [title.partition(" (")[0] for title in seen["found"]["sections"]] == [
        "New findings",
        "Findings that are gone",
    ]
    assert all("needle" in line for line in seen["lines"])
    assert seen["nothing"] == {"shown": 0, "sections": [], "count": "0 found"}
    assert seen["again"] == seen["whole"]
    assert seen["closed"] == 1
    assert seen["printed"] == {"closed": 0, "search": False}
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
    assert seen["ran"] is False
    assert [url for url in seen["requests"] if not url.startswith(f"file://{tmp_path}/")] == []
    assert seen["errors"] == []


def test_nothing_in_a_value_runs_or_is_drawn(observe: Callable[[str, str], Any]) -> None:
    attack = "</code><img src=x onerror=alert(1)><script>alert(2)</script>'\"><svg onload=alert(3)>\u202e{{7*7}}"
    seen = observe(page(full(attack)), "onerror=alert(1)")
    assert "</code><img src=x onerror=alert(1)>" in seen["text"]
    assert "{{7*7}}" in seen["text"]
    assert seen["errors"] == []
    assert seen["found"]["shown"] > 10
    assert len(seen["requests"]) == 1
