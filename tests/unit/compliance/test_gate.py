"""Only broken rules are reported as such."""

from pathlib import Path
from typing import cast

import pytest
from aws_cdk import App

from compliance.gate import FindingsError, synthesise


class FailingApp:
    def __init__(self, message: str, outdir: Path) -> None:
        self.message = message
        self.outdir = str(outdir)

    def synth(self) -> None:
        raise RuntimeError(self.message)


def test_findings_come_without_the_librarys_own_name_for_them(tmp_path: Path) -> None:
    with pytest.raises(FindingsError, match=r"^ERROR no encryption$"):
        synthesise(cast("App", FailingApp("ValidationFailed: ERROR no encryption", tmp_path)))


def test_any_other_failure_keeps_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"^CyclicReference: A, B$"):
        synthesise(cast("App", FailingApp("CyclicReference: A, B", tmp_path)))
