"""One account may hold everything, and the pipeline may live in another region than the stages."""

import json
from pathlib import Path

from compliance.lint import lint_templates
from compliance.report import read_report
from tests.synthesis import of_type, stack_templates, synthesise

ONE = "444455556666"


def test_one_account_holds_all_and_the_pipeline_lives_elsewhere(tmp_path: Path) -> None:
    environ = {f"DELIVERY_{place}_ACCOUNT": ONE for place in ("TOOLS", "DEV", "PROD")}
    synthesise(tmp_path, environ={**environ, "DELIVERY_TOOLS_REGION": "eu-west-1"})
    templates = {stack: path.read_text() for stack, path in stack_templates(tmp_path)}
    support = f"cross-region-stack-{ONE}:us-east-1"
    assert set(templates) == {"TapPipeline", "TapPipeline/Dev/Tap", "TapPipeline/Prod/Tap", support}
    for text in templates.values():
        assert "222222222222" not in text
        assert "333333333333" not in text
    pipelines = of_type(json.loads(templates["TapPipeline"]), "AWS::CodePipeline::Pipeline")
    ((_, pipeline),) = pipelines.items()
    assert {store["Region"] for store in pipeline["Properties"]["ArtifactStores"]} == {"eu-west-1", "us-east-1"}
    assert read_report(tmp_path).open == ()
    assert lint_templates(tmp_path) == ()
    kept = json.loads(templates[support])["Resources"].values()
    data = [resource for resource in kept if resource["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Key"}]
    groups = [of_type(json.loads(text), "AWS::Logs::LogGroup").values() for text in templates.values()]
    names = [
        group["Properties"]["LogGroupName"]
        for stack in groups
        for group in stack
        if "LogGroupName" in group["Properties"]
    ]
    assert len(names) == len(set(names)) > 0
    assert [resource["DeletionPolicy"] for resource in data] == ["Retain", "Retain"]
