"""The gate holds the whole app, and nothing passes it by way of a neighbour."""

import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Stage
from aws_cdk import aws_s3 as s3

from compliance.acknowledgements import acknowledge
from compliance.gate import FindingsError, add_gate, synthesise
from compliance.report import read_report
from tests.synthesis import ROOT, command_environ, new_app

UNENCRYPTED = """
from aws_cdk import App, Stack, Stage
from aws_cdk import aws_s3 as s3
from compliance.gate import STRICT, add_gate, synthesise

app = App(post_cli_context=STRICT)
stack = Stack(Stage(app, "Dev"), "Data")
logs = s3.Bucket(stack, "Logs", encryption=s3.BucketEncryption.S3_MANAGED, enforce_ssl=True)
s3.Bucket(stack, "Secrets", enforce_ssl=True, server_access_logs_bucket=logs)
add_gate(app)
synthesise(app)
"""


def test_the_whole_app_has_no_open_finding(assembly: Path) -> None:
    report = read_report(assembly)
    assert report.open == ()
    assert report.advice == ()


def test_every_acknowledgement_is_granular_and_stands_beside_its_resource(assembly: Path) -> None:
    for finding in read_report(assembly).acknowledged:
        assert finding.reason
        assert finding.acknowledged_at
        # At most three levels up, for instance from Role/DefaultPolicy/Resource to the construct that has the role.
        assert finding.where.removeprefix(finding.acknowledged_at).count("/") <= 3
        assert "IAM5" not in finding.rule or "[" in finding.rule


def test_an_acknowledgement_in_dev_does_not_silence_prod(tmp_path: Path) -> None:
    # aws-cdk#38495: below aws-cdk-lib 2.271 the synth passed.
    app = new_app(tmp_path)
    buckets = [s3.CfnBucket(Stack(Stage(app, name), "Data"), "Bucket") for name in ("Dev", "Prod")]
    for rule in ("AwsSolutions-S1", "AwsSolutions-S10"):
        acknowledge(buckets[0], finding=rule, reason="a dev-only exception")
    add_gate(app)
    with pytest.raises(FindingsError, match="Prod/Data/Bucket"):
        synthesise(app)
    report = read_report(tmp_path)
    assert {(finding.rule, finding.where) for finding in report.acknowledged} == {
        ("AwsSolutions-S1", "Dev/Data/Bucket"),
        ("AwsSolutions-S10", "Dev/Data/Bucket"),
    }
    assert {finding.rule for finding in report.open if finding.where == "Prod/Data/Bucket"} > {
        "AwsSolutions-S1",
        "AwsSolutions-S10",
    }


def test_an_empty_app_is_no_pass(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    add_gate(app)
    app.synth()
    answer = subprocess.run(
        [sys.executable, "-m", "compliance", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1


def test_cdk_synth_fails_on_an_unencrypted_bucket(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(UNENCRYPTED)
    answer = subprocess.run(
        ["cdk", "synth", "--quiet", "--app", "python app.py"],
        cwd=tmp_path,
        env=command_environ(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "Dev/Data/Secrets/Resource" in answer.stderr
    (finding,) = (found for found in read_report(tmp_path / "cdk.out").open if found.rule == "Delivery-Encryption")
    assert finding.where == "Dev/Data/Secrets/Resource"
