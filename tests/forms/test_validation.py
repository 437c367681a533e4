"""The cached validation reports what the library's own instance reports, to the byte."""

import subprocess
import sys
from pathlib import Path

from cdk_assembly import REPORT
from compliance.validation import OFF, SWITCH
from tests.synthesis import ROOT, command_environ

INVALID = ROOT / "tests" / "forms" / "invalid_app.py"


def reported(folder: Path, **environ: str) -> tuple[bytes, str]:
    """The report of the invalid app, and the error that it ends with."""
    folder.mkdir()
    outdir = folder / "cdk.out"
    environ = command_environ(PYTHONPATH=str(ROOT), PYTEST_VERSION="", **environ)
    subprocess.run([sys.executable, INVALID, outdir], cwd=folder, env=environ, check=True)
    return (outdir / REPORT).read_bytes(), (outdir / "printed").read_text()


def test_cached_report_equals_the_librarys_to_the_byte(tmp_path: Path) -> None:
    cached = {SWITCH: OFF, "DELIVERY_CACHE": str(tmp_path / "cache")}
    theirs = reported(tmp_path / "a", **{SWITCH: "true"})
    assert b"F3002" in theirs[0]
    assert b"suppressedViolations" in theirs[0]
    assert not (tmp_path / "cache").exists()
    assert reported(tmp_path / "b", **cached) == theirs
    (entry,) = (tmp_path / "cache" / "validation").iterdir()
    assert reported(tmp_path / "c", **cached) == theirs
    entry.write_text("{}")
    assert reported(tmp_path / "d", **cached) == theirs
    assert entry.stat().st_size > len("{}")
