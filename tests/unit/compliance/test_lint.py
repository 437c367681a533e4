"""cfn-lint looks at every template, in the Region that it is for."""

from pathlib import Path
from typing import Any

import pytest

from cdk_assembly import AssemblyError
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
