"""The cached validation reports what the library's own reports, to the byte."""

from pathlib import Path

import pytest
from aws_cdk import (
    Acknowledgment,
    CloudFormationValidatePlugin,
    IPolicyValidationPlugin,
    Stack,
    Stage,
    Validations,
)
from aws_cdk import aws_logs as logs

from compliance.cache import AnswerCache
from compliance.report import REPORT
from compliance.validation import CachedValidation
from tests.synthesis import new_app


def report(outdir: Path, plugin: IPolicyValidationPlugin) -> bytes:
    """The report on two stages whose stacks break the same rule, one of them with an acknowledgement."""
    app = new_app(outdir)
    groups = [logs.CfnLogGroup(Stack(Stage(app, name), "Logs"), "Group") for name in ("One", "Other")]
    for group in groups:
        group.add_property_override("NoSuchProperty", 1)
    Validations.of(groups[0]).acknowledge(
        Acknowledgment(id="CloudFormation-Validate::F3002", reason="It is there to be found, here and in the other.")
    )
    Validations.of(app).add_plugins(plugin)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    return (outdir / REPORT).read_bytes()


def test_cached_report_equals_the_librarys_to_the_byte(tmp_path: Path) -> None:
    cached = CachedValidation(cache=AnswerCache(folder=tmp_path / "cache"))
    theirs, first, again = (
        report(tmp_path / name, plugin)
        for name, plugin in (("theirs", CloudFormationValidatePlugin()), ("first", cached), ("again", cached))
    )
    assert b"F3002" in theirs
    assert b"suppressedViolations" in theirs
    # The library puts its own version and rules beside the name, both for analytics alone.
    assert theirs == first == again
    assert len(list((tmp_path / "cache").iterdir())) == 1
