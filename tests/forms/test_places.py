"""One account may hold everything, and each stage and the pipeline may live in any region."""

import json
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from compliance.lint import lint_templates
from compliance.report import read_report
from tests.stages import configured_stages, names, retained
from tests.synthesis import of_type, stack_templates, synthesise

ONE = "444455556666"


def test_a_stage_in_another_region_has_its_firewall_where_cloudfront_takes_it_from(tmp_path: Path) -> None:
    regions = dict(zip(names(), cycle(("eu-west-1", "eu-central-1")), strict=False))
    synthesise(tmp_path, environ={f"DELIVERY_STAGES_{name.upper()}_REGION": region for name, region in regions.items()})
    templates = {stack: json.loads(path.read_text()) for stack, path in stack_templates(tmp_path)}
    assert read_report(tmp_path).open == ()
    assert lint_templates(tmp_path) == ()
    for stage in configured_stages():
        name, removal = f"{stage.stack_name}-firewall", "Retain" if retained(stage) else "Delete"
        firewall, workload = (templates[f"TapPipeline/{stage.construct_id}/{stack}"] for stack in ("Firewall", "Tap"))
        assert of_type(workload, "AWS::WAFv2::WebACL") == {}
        ((acl, _),) = of_type(firewall, "AWS::WAFv2::WebACL").items()
        ((_, distribution),) = of_type(workload, "AWS::CloudFront::Distribution").items()
        joined = distribution["Properties"]["DistributionConfig"]["WebACLId"]["Fn::GetStackOutput"]
        assert (joined["StackName"], joined["Region"]) == (name, "us-east-1")
        assert firewall["Outputs"][joined["OutputName"]]["Value"] == {"Fn::GetAtt": [acl, "Arn"]}
        ((key, _),) = of_type(firewall, "AWS::KMS::Key").items()
        ((_, group),) = of_type(firewall, "AWS::Logs::LogGroup").items()
        assert group["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
        assert group["DeletionPolicy"] == removal
    _in_order(templates["TapPipeline"])
    for stage in (each for each in configured_stages() if each.termination_protection):
        workload = templates[f"TapPipeline/{stage.construct_id}/Tap"]
        switching = json.dumps(of_type(workload, "AWS::IAM::ManagedPolicy"))
        assert f"{stage.stack_name}-firewall" in switching.partition("cloudformation:UpdateTerminationProtection")[2]


def _in_order(pipeline: Mapping[str, Any]) -> None:
    """The firewall is deployed in its own region, and before what stands behind it."""
    ((_, resource),) = of_type(pipeline, "AWS::CodePipeline::Pipeline").items()
    stages = {stage["Name"]: stage["Actions"] for stage in resource["Properties"]["Stages"]}
    for stage in configured_stages():
        actions = stages[stage.construct_id]
        order = {action["Name"]: action["RunOrder"] for action in actions}
        regions = {action["Name"]: action.get("Region", "us-east-1") for action in actions}
        firewall, workload = f"{stage.stack_name}-firewall", stage.stack_name
        assert order[f"{firewall}.Deploy"] < order[f"{workload}.Prepare"]
        assert regions[f"{firewall}.Deploy"] == "us-east-1" != regions[f"{workload}.Deploy"]


def test_one_account_holds_all_and_the_pipeline_lives_elsewhere(tmp_path: Path) -> None:
    stages = configured_stages()
    places = ["TOOLS", *(f"STAGES_{stage.name.upper()}" for stage in stages)]
    environ = {f"DELIVERY_{place}_ACCOUNT": ONE for place in places}
    environ |= {"DELIVERY_TOOLS_REGION": "eu-west-1", "DELIVERY_QUALIFIER": "zteam"}
    environ |= {"DELIVERY_PERMISSIONS_BOUNDARY": "team-boundary"}
    synthesise(tmp_path, environ=environ)
    templates = {stack: path.read_text() for stack, path in stack_templates(tmp_path)}
    support = f"cross-region-stack-{ONE}:us-east-1"
    assert set(templates) == {"TapPipeline", support, *(f"TapPipeline/{each.construct_id}/Tap" for each in stages)}
    for text in templates.values():
        assert not [stage.account for stage in stages if stage.account in text]
    whole = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert ("cdk-zteam-lookup-role" in whole, "hnb659fds" in whole) == (True, False)
    pipelines = of_type(json.loads(templates["TapPipeline"]), "AWS::CodePipeline::Pipeline")
    ((_, pipeline),) = pipelines.items()
    assert {store["Region"] for store in pipeline["Properties"]["ArtifactStores"]} == {"eu-west-1", "us-east-1"}
    assert read_report(tmp_path).open == ()
    assert lint_templates(tmp_path) == ()
    roles = [role for text in templates.values() for role in of_type(json.loads(text), "AWS::IAM::Role").values()]
    boundaries = [json.dumps(role["Properties"].get("PermissionsBoundary")) for role in roles]
    assert boundaries
    assert all(":policy/team-boundary" in boundary for boundary in boundaries)
    kept = json.loads(templates[support])["Resources"].values()
    data = [resource for resource in kept if resource["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Key"}]
    groups = [of_type(json.loads(text), "AWS::Logs::LogGroup").values() for text in templates.values()]
    given = [
        group["Properties"]["LogGroupName"]
        for stack in groups
        for group in stack
        if "LogGroupName" in group["Properties"]
    ]
    assert len(given) == len(set(given)) > 0
    assert [resource["DeletionPolicy"] for resource in data] == ["Retain", "Retain"]
