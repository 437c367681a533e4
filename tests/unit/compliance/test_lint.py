"""cfn-lint looks at every template, in the Region that it is for."""

from pathlib import Path
from typing import Any

import pytest

from cdk_assembly import AssemblyError, Stack
from compliance import lint
from compliance.cache import AnswerCache
from compliance.lint import lint_templates
from tests.unit.compliance.assemblies import write_assembly, write_stage


def assembly(folder: Path, region: str = "us-east-1", **resources: Any) -> Path:
    return write_assembly(folder, region=region, template={"Resources": resources})


def test_what_cloudformation_would_refuse_is_found_in_every_stage(tmp_path: Path) -> None:
    wrong = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": 8},
        "Metadata": {"aws:cdk:path": "Dev/Data/Logs/Resource"},
    }
    write_stage(tmp_path, template={"Resources": {"Logs": wrong}})
    (finding,) = lint_templates(tmp_path)
    assert (finding.rule, finding.path) == ("cfn-lint-E3030", "Dev/Data/Logs/Resource")
    assert "8" in finding.description


def test_template_that_no_manifest_names_is_ignored(tmp_path: Path) -> None:
    wrong = {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 8}}}}
    write_stage(tmp_path, template=wrong)
    assert lint_templates(assembly(tmp_path, Topic={"Type": "AWS::SNS::Topic"})) == ()


def test_no_assembly_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="run `cdk synth` first"):
        lint_templates(tmp_path)


def test_what_is_wrong_with_a_template_as_a_whole_is_named_after_its_stack(tmp_path: Path) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"A": {"Value": {"Ref": "B"}}}}
    assert {finding.path for finding in lint_templates(write_assembly(tmp_path, template=template))} == {"S"}


def test_a_type_is_looked_up_in_the_region_of_its_stack(tmp_path: Path) -> None:
    distribution = {"Type": "AWS::CloudFront::NoSuchThing", "Properties": {}}
    (finding,) = lint_templates(assembly(tmp_path, region="eu-west-1", Edge=distribution))
    assert "eu-west-1" in finding.description


def test_a_stack_for_any_region_is_looked_at_too(tmp_path: Path) -> None:
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 8}}
    (finding,) = lint_templates(assembly(tmp_path, region="unknown-region", Logs=logs))
    assert (finding.rule, finding.path) == ("cfn-lint-E3030", "S/Logs")


def test_a_dependency_that_the_library_writes_twice_is_settled(tmp_path: Path) -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    policy: Any = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "one@example.com"},
        "DependsOn": ["Topic"],
    }
    assert lint_templates(assembly(tmp_path, Topic=topic, Subscription=policy)) == ()


def wrong_group(folder: Path, **more: Any) -> Path:
    return assembly(folder, Logs={"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 8}}, **more)


def never(stack: Stack) -> list[dict[str, Any]]:
    raise AssertionError(f"linted again for {stack.region}")


def test_cached_template_is_not_linted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    match = {"rule": "E3030", "message": "no 8", "severity": "error", "path": []}
    monkeypatch.setattr(lint, "_matches", lambda *_: [match])
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    cache = AnswerCache(folder=tmp_path / "cache")
    first = lint_templates(wrong_group(tmp_path / "out"), cache=cache)
    monkeypatch.setattr(lint, "_matches", never)
    assert lint_templates(tmp_path / "out", cache=cache) == first != ()
    moved = wrong_group(tmp_path / "moved", region="eu-west-1")
    more = wrong_group(tmp_path / "more", Other={"Type": "AWS::SNS::Topic"})
    for changed in (moved, more):
        with pytest.raises(AssertionError, match="linted again"):
            lint_templates(changed, cache=cache)


def test_settings_of_cfn_lint_switch_the_cache_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "_matches", lambda *_: [])
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    cache = AnswerCache(folder=tmp_path / "cache")
    lint_templates(wrong_group(tmp_path / "out"), cache=cache)
    (tmp_path / ".cfnlintrc.yaml").touch()
    monkeypatch.setattr(lint, "_matches", never)
    with pytest.raises(AssertionError, match="linted again"):
        lint_templates(tmp_path / "out", cache=cache)
