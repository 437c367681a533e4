import json
import runpy
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from verdict_samples import app, resource, stack

from cdk_verdict import Kind, Outcome, judge, judge_assemblies, judging, to_document
from cdk_verdict.command import main
from cdk_verdict.limits import Limit

BUCKET = resource("AWS::S3::Bucket", VersioningConfiguration={"Status": "Enabled"})
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
POLICY = resource("AWS::S3::BucketPolicy", keep=None, Bucket={"Ref": "Bucket"}, PolicyDocument={"Statement": [OPEN]})


def written(folder: Path, resources_: Any) -> Path:
    folder.mkdir()
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://333333333333/eu-west-1",
        "properties": {"templateFile": "t.json"},
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "54.0.0", "artifacts": {"S": artifact}}))
    (folder / "t.json").write_text(json.dumps({"Resources": resources_}))
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return written(tmp_path / "base", {"Bucket": BUCKET})


def test_clean_change_exits_with_zero(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(base), str(base)]) == 0
    assert capsys.readouterr().out == "verdict: clean\n"


def test_stopped_change_exits_with_one_and_says_what_to_do(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = written(tmp_path / "head", {"Bucket": resource("AWS::S3::Bucket")})
    assert main([str(base), str(head)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "verdict: stopped"
    assert lines[1].startswith("stopped: VersioningConfiguration.Status of S/Bucket goes from Enabled to nothing")
    assert lines[2].startswith("    Set VersioningConfiguration.Status back")


def test_change_that_needs_a_look_exits_with_three(base: Path, tmp_path: Path) -> None:
    head = written(tmp_path / "head", {"Bucket": BUCKET, "New": resource("Custom::Thing")})
    assert main([str(base), str(head)]) == 3


@pytest.mark.parametrize("resources_", [{"Bucket": resource("AWS::S3::Bucket"), "Policy": POLICY}, {"Bucket": BUCKET}])
def test_json_follows_the_published_schema(
    base: Path, tmp_path: Path, resources_: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(base), str(written(tmp_path / "head", resources_)), "--json"])
    document = json.loads(capsys.readouterr().out)
    schema = json.loads(resources.files("cdk_verdict").joinpath("data", "verdict-1.schema.json").read_text())
    Draft202012Validator(schema).validate(document)
    assert document["version"] == 1
    assert document == to_document(judge(base, tmp_path / "head"))


def test_trees_add_files_and_limits_to_the_verdict(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, text in ((old, "check:\n\tmake a\n"), (new, "check:\n")):
        folder.mkdir()
        (folder / "Makefile").write_text(text)
    assert main([str(base), str(base), "--base-tree", str(old), "--head-tree", str(new)]) == 1
    assert "Makefile: it no longer runs: make a" in capsys.readouterr().out
    (new / "access-limits.yaml").write_text("[")
    assert main([str(base), str(base), "--base-tree", str(old), "--head-tree", str(new)]) == 2


def test_missing_assembly_is_one_line_and_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("cdk-verdict: ")
    assert error.count("\n") == 1


def test_one_tree_alone_is_misuse(base: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(base), str(base), "--base-tree", "."])
    assert caught.value.code == 2


def test_help_lists_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "0 clean, 3 needs a look, 1 stopped, 2 misuse" in capsys.readouterr().out


def test_module_runs_as_a_command(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["cdk-verdict", str(base), str(base)])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("cdk_verdict", run_name="__main__")
    assert caught.value.code == 0


def test_part_that_fails_needs_a_look_and_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise TypeError("odd template")

    monkeypatch.setattr(judging, "losses", broken)
    (found,) = judge_assemblies(app(stack()), app(stack())).observations
    assert (found.kind, found.severity) == (Kind.UNKNOWN, Outcome.NEEDS_LOOK)
    assert found.sentence == "The losses of this change could not be judged (TypeError: odd template)."


def test_limits_can_be_given_without_a_file() -> None:
    role = {"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}
    held = app(stack({"R": resource("AWS::IAM::Role", keep=None, Policies=[role])}))
    limit = Limit(sentence="Nobody may do everything", actions=("kms:*",))
    assert judge_assemblies(held, held, limits=[limit]).outcome is Outcome.STOPPED


def test_secrets_are_looked_for_where_the_detector_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "find_spec", lambda _: True)
    monkeypatch.setattr(judging, "added_secrets", lambda *_: [])
    assert judge_assemblies(app(stack()), app(stack()), base_tree={}, head_tree={}).outcome is Outcome.CLEAN
    monkeypatch.setattr(judging, "find_spec", lambda _: None)
    assert judge_assemblies(app(stack()), app(stack()), base_tree={}, head_tree={}).outcome is Outcome.CLEAN


@pytest.mark.parametrize("odd", [3, [], "x", {"a": []}, [[3]], {"Ref": 3}, {"Fn::GetAtt": []}, None, {"Statement": 3}])
@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("AWS::S3::Bucket", "BucketEncryption"),
        ("AWS::IAM::Role", "Policies"),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument"),
        ("AWS::IAM::Role", "ManagedPolicyArns"),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress"),
        ("AWS::CodePipeline::Pipeline", "Stages"),
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::Lambda::Permission", "Principal"),
        ("AWS::WAFv2::WebACL", "Rules"),
    ],
)
def test_odd_values_end_in_a_verdict(type_: str, name: str, odd: Any) -> None:
    old, new = ({"A": {"Type": type_, "Properties": {name: value}}} for value in ({"x": 1}, odd))
    verdict = judge_assemblies(app(stack(old)), app(stack(new)))
    assert verdict.outcome in set(Outcome)
    assert "\n" not in " ".join(each.sentence for each in verdict.observations)
