"""A review is timed on the app as it is, and only while it finds what was changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import reviews
from delivery_testing.assemblies import one_stack, resource
from tests.stages import configured_stages


@pytest.fixture
def synthesised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Has ``cdk synth`` write a certain assembly, in a folder of this test."""

    def by(assembly: Path) -> None:
        cdk = tmp_path / "bin" / "cdk"
        cdk.parent.mkdir()
        # The last argument is where the assembly goes.
        cdk.write_text(
            f'#!/bin/sh\nfor last; do :; done\nrm -rf "$last" && mkdir -p "$last" && cp -r {assembly}/. "$last"\n'
        )
        cdk.chmod(0o755)
        monkeypatch.setenv("PATH", str(cdk.parent), prepend=":")
        monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
        monkeypatch.chdir(tmp_path)

    return by


def test_a_review_of_more_stages_is_timed(assembly: Path, synthesised: Callable[[Path], None]) -> None:
    synthesised(assembly)
    own = [stage.construct_id for stage in configured_stages()]
    assert reviews.main(len(own) + 1) == 0
    assert reviews.seconds() > 0
    stages = {path.parent.name for path in (reviews.FOLDER / "head").glob("assembly-*/manifest.json")}
    assert stages == {f"assembly-TapPipeline-{name}" for name in (*own, f"{own[-1]}0")}


def test_a_review_that_finds_nothing_is_no_figure(
    tmp_path: Path, synthesised: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    written = one_stack(tmp_path / "plain", Topic=resource("AWS::SNS::Topic", "App/Topic"))
    synthesised(written.folder)
    assert reviews.main(2) == 1
    assert "review: ✅ Clean" in capsys.readouterr().err
