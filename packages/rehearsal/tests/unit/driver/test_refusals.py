import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.driver.test_assembly import stack, write

from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.driver.refusals import refuse_unsupported
from cdk_rehearsal.engine.providers import RULES
from cdk_rehearsal.errors import RehearsalError

SETTINGS = {"FullRepositoryId": "acme/shop", "BranchName": "main"}


def action(name: str, category: str, provider: str, **more: Any) -> dict[str, Any]:
    kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": name, "ActionTypeId": kind, **more}


def app(folder: Path, *stages: dict[str, Any], **members: Any) -> Assembly:
    source = action("Source", "Source", "CodeStarSourceConnection", Configuration=SETTINGS)
    properties = {"Stages": [{"Name": "Source", "Actions": [source]}, *stages]}
    pipeline = {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties, **members}
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role"}, "Pipeline": pipeline}}
    return Assembly.read(write(folder, {"Tools": stack("Tools", "1" * 12)}, Tools=template))


def test_what_a_rehearsal_runs_is_not_refused(tmp_path: Path) -> None:
    build = {"Name": "Build", "Actions": [action("Synth", "Build", "CodeBuild")], "OnFailure": {"Result": "RETRY"}}
    assembly = app(tmp_path, build)
    (tmp_path / "Tools.assets.json").write_text(json.dumps({"files": {"a": {}}}))
    refuse_unsupported(assembly)


def test_an_action_and_a_condition_are_refused_with_the_path_of_their_construct(tmp_path: Path) -> None:
    known = {"Name": "Window", "RuleTypeId": {"Category": "Rule", "Provider": "DeploymentWindow"}}
    unknown = {"Name": "Shell", "RuleTypeId": {"Category": "Rule", "Owner": "AWS", "Provider": "Oracle"}}
    deploy = {
        "Name": "Deploy",
        "Actions": [action("Roll", "Deploy", "ECS")],
        "Blockers": [],
        "BeforeEntry": {"Conditions": [{"Rules": [known]}]},
        "OnSuccess": {"Conditions": [{"Rules": [known, unknown]}]},
        "OnFailure": {"Result": "ROLLBACK"},
    }
    assembly = app(tmp_path, deploy, Metadata={"aws:cdk:path": "Tools/Delivery/Pipeline/Resource"})
    with pytest.raises(RehearsalError) as refused:
        refuse_unsupported(assembly)
    checks = "CloudWatchAlarm, CodeBuild, Commands, DeploymentWindow, LambdaInvoke, VariableCheck"
    shell = f"Rule by AWS's Oracle version 1; it runs {checks}"
    runs = ", ".join(sorted({each.provider for each in RULES}))
    assert str(refused.value).splitlines() == [
        "a rehearsal does not run",
        "  Tools/Delivery/Pipeline/Resource: stage Deploy: Blockers",
        f"  Tools/Delivery/Pipeline/Resource: stage Deploy, action Roll: Deploy by AWS's ECS version 1; it runs {runs}",
        f"  Tools/Delivery/Pipeline/Resource: stage Deploy, OnSuccess rule Shell: {shell}",
    ]


def test_without_a_path_the_pipeline_is_named_by_its_stack_and_logical_id(tmp_path: Path) -> None:
    assembly = app(tmp_path, {"Name": "Call", "Actions": [action("Call", "Invoke", "Oracle")]})
    with pytest.raises(RehearsalError, match=r"Tools/Pipeline: stage Call, action Call: Invoke by AWS's Oracle"):
        refuse_unsupported(assembly)


def test_a_container_image_is_refused_by_its_name(tmp_path: Path) -> None:
    assembly = app(tmp_path)
    images = {"a": {"displayName": "Web/Image"}, "b": {"source": {"directory": "asset.1"}}}
    (tmp_path / "Dev.assets.json").write_text(json.dumps({"dockerImages": images}))
    with pytest.raises(RehearsalError, match=r"Dev: container image Web/Image, .*\n  Dev: container image asset\.1, "):
        refuse_unsupported(assembly)
