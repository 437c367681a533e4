"""The gate holds the whole app, and nothing passes it by way of a neighbour."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Stage
from aws_cdk import aws_s3 as s3

from cdk_assembly import Findings
from compliance.acknowledgements import acknowledge
from compliance.exceptions import REASON, STALE, WIDE
from compliance.gate import FindingsError, add_gate, synthesise
from compliance.names import PACKS
from compliance.report import read_report
from compliance.rules.catalogue import RULES
from compliance.validation import OFF, SWITCH
from tests.contract.broken.app import BREAKS, LINT_BREAKS
from tests.stages import configured_stages, names
from tests.synthesis import ROOT, command_environ, new_app

BROKEN = ROOT / "tests" / "contract" / "broken" / "app.py"


@dataclass(frozen=True)
class Refused:
    """What people see when every rule is broken, and the report of it."""

    answer: subprocess.CompletedProcess[str]
    report: Findings


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Refused:
    """The answer to ``cdk synth`` of an app that breaks every rule."""
    folder = tmp_path_factory.mktemp("broken")
    answer = subprocess.run(
        ["cdk", "synth", "--quiet", "--app", f"{SWITCH}={OFF} python {shlex.quote(str(BROKEN))}"],
        cwd=folder,
        env=command_environ(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )
    return Refused(answer, read_report(folder / "cdk.out"))


def test_the_whole_app_has_no_open_finding(assembly: Path) -> None:
    report = read_report(assembly)
    assert report.open == ()
    assert report.advice == ()


def test_every_acknowledgement_is_granular_and_stands_beside_its_resource(assembly: Path) -> None:
    for finding in read_report(assembly).acknowledged:
        assert finding.reason
        assert finding.acknowledged_at
        # At most three levels up, for instance from Role/DefaultPolicy/Resource to the construct that has the role.
        assert finding.path.removeprefix(finding.acknowledged_at).count("/") <= 3
        assert "IAM5" not in finding.rule or "[" in finding.rule


def test_acknowledgement_in_one_stage_does_not_silence_another(tmp_path: Path) -> None:
    # aws-cdk#38495: below aws-cdk-lib 2.271 the synth passed.
    app = new_app(tmp_path)
    buckets = [s3.CfnBucket(Stack(Stage(app, name), "Data"), "Bucket") for name in ("One", "Other")]
    for rule in ("AwsSolutions-S1", "AwsSolutions-S10"):
        acknowledge(
            buckets[0],
            finding=rule,
            reason="Held in one stage alone, to show that the other is judged all the same.",
        )
    add_gate(app)
    with pytest.raises(FindingsError, match="Other/Data/Bucket"):
        synthesise(app)
    report = read_report(tmp_path)
    assert {(finding.rule, finding.path) for finding in report.acknowledged} == {
        ("AwsSolutions-S1", "One/Data/Bucket"),
        ("AwsSolutions-S10", "One/Data/Bucket"),
    }
    assert {finding.rule for finding in report.open if finding.path == "Other/Data/Bucket"} > {
        "AwsSolutions-S1",
        "AwsSolutions-S10",
    }


def test_stage_that_was_removed_fails_no_later_synth_into_the_folder(tmp_path: Path) -> None:
    for stages in (("Dev", "Staging"), ("Dev",)):
        app = new_app(tmp_path)
        for name in stages:
            bucket = s3.CfnBucket(Stack(Stage(app, name), "Data"), "Bucket")
            acknowledge(bucket, finding="AwsSolutions-S1", reason="Held in both stages, one of which is taken back.")
        add_gate(app)
        with pytest.raises(FindingsError) as caught:  # the bucket breaks other rules
            synthesise(app)
        assert (tmp_path / "assembly-Staging").is_dir()
        assert ("Staging" in str(caught.value)) == ("Staging" in stages)
        assert {finding.path.partition("/")[0] for finding in read_report(tmp_path).acknowledged} == set(stages)


def test_an_empty_app_is_no_pass(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    add_gate(app)
    app.synth()
    answer = subprocess.run(
        [sys.executable, "-m", "compliance", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("break_", BREAKS)
def test_cdk_synth_fails_when_a_rule_is_broken_and_says_which_and_where(break_: str, refused: Refused) -> None:
    answer, report = refused.answer, refused.report
    rule = re.sub(r"^(Delivery-[A-Za-z]+)-.*", r"\1", break_)
    stage = break_.replace(".", "-")
    assert answer.returncode == 1
    assert any(found.rule == rule and found.path.split("/")[0] == stage for found in report.open)
    assert re.search(rf"\b{re.escape(rule)}\b", answer.stderr)
    assert re.search(rf"(?m)\b{re.escape(stage)}(/|:)", answer.stderr)


@pytest.mark.parametrize("rule", LINT_BREAKS)
def test_make_synth_fails_on_what_cfn_lint_finds(rule: str, tmp_path: Path) -> None:
    app = new_app(tmp_path)
    LINT_BREAKS[rule](Stack(Stage(app, "Dev"), "Data"))
    add_gate(app)
    with pytest.raises(FindingsError):
        synthesise(app)
    # What `make synth` runs after `cdk synth`.
    command = [sys.executable, "-m", "compliance", str(tmp_path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert any(rule in line and "Dev/Data/Database" in line for line in answer.stdout.splitlines())


def test_every_rule_of_our_own_is_broken_by_that_app() -> None:
    broken = {re.sub(r"^(Delivery-[A-Za-z]+)-.*", r"\1", break_) for break_ in BREAKS}
    assert {rule.id for rule in RULES} | {STALE, WIDE, REASON} <= broken
    assert {*PACKS} == {pack for pack in PACKS if any(break_.startswith(f"{pack}-") for break_ in BREAKS)}


def test_every_rule_of_our_own_names_its_source() -> None:
    for rule in RULES:
        assert rule.says.endswith(".")
        assert len(rule.source.split()) >= 4


def test_the_workload_has_at_most_twelve_exceptions_of_any_kind(assembly: Path) -> None:
    # One reason is one exception: two packs ask for the same thing, and stages have a resource each.
    reasons = {
        re.sub("|".join(names()), "the stage", finding.reason or "")
        for stage in configured_stages()
        for finding in read_report(assembly).acknowledged
        if finding.path.startswith(f"TapPipeline/{stage.construct_id}/")
    }
    assert 0 < len(reasons) <= 12
