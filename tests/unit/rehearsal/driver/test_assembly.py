import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.driver.assembly import Assembly, Environment
from rehearsal.errors import RehearsalError


def source(repository: str) -> dict[str, Any]:
    return {
        "ActionTypeId": {"Provider": "CodeStarSourceConnection"},
        "Configuration": {"FullRepositoryId": repository, "BranchName": "main"},
    }


def pipeline(*actions: dict[str, Any]) -> dict[str, Any]:
    build = {"ActionTypeId": {"Provider": "CodeBuild"}}
    stages = [{"Actions": list(actions)}, {"Actions": [build]}]
    return {"Resources": {"P": {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Stages": stages}}}}


def stack(name: str, account: str, **properties: str) -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{account}/eu-west-1",
        "displayName": f"{name}/Stack (its name)",
        "properties": {"templateFile": f"{name}.json", **properties},
    }


def write(folder: Path, artifacts: dict[str, Any], **templates: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    for name, template in templates.items():
        (folder / f"{name}.json").write_text(json.dumps(template))
    return folder


def write_app(folder: Path, template: dict[str, Any]) -> Path:
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}}
    tree = {"type": "cdk:tree"}
    write(folder, {"Tools": stack("Tools", "1" * 12), "dev": nested, "Tree": tree}, Tools=template)
    write(folder / "assembly-dev", {"Dev": stack("Dev", "2" * 12, stackName="dev-app")}, Dev={})
    return folder


def test_stacks_of_stages_are_found_with_their_names_and_environments(tmp_path: Path) -> None:
    assembly = Assembly.read(write_app(tmp_path, pipeline(source("a/b"))))
    assert [(each.name, each.selector, str(each.template_file)) for each in assembly.stacks] == [
        ("Tools", "Tools/Stack", "Tools.json"),
        ("dev-app", "Dev/Stack", "assembly-dev/Dev.json"),
    ]
    assert assembly.environments() == (
        Environment(account="1" * 12, region="eu-west-1"),
        Environment(account="2" * 12, region="eu-west-1"),
    )


def test_the_pipeline_is_found_with_the_branch_that_starts_it(tmp_path: Path) -> None:
    found = Assembly.read(write_app(tmp_path, pipeline(source("owner/name")))).pipeline()
    assert (found.stack.name, found.repository, found.branch) == ("Tools", "owner/name", "main")


@pytest.mark.parametrize(("template", "count"), [({}, 0), (pipeline(), 0), (pipeline(source("a/b"), source("c/d")), 2)])
def test_anything_but_one_pipeline_with_one_source_is_refused(
    tmp_path: Path, template: dict[str, Any], count: int
) -> None:
    assembly = Assembly.read(write_app(tmp_path, template))
    with pytest.raises(RehearsalError, match=f"has {count} pipelines with a source connection; .* exactly one"):
        assembly.pipeline()


@pytest.mark.parametrize("manifest", [None, "{", "{}"])
def test_what_is_no_assembly_is_refused_in_one_line(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(RehearsalError, match=r"is no cloud assembly .*; synthesise the app first"):
        Assembly.read(tmp_path)
