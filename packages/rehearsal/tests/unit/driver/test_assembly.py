import json
from pathlib import Path
from typing import Any

import pytest

from cdk_rehearsal.driver.assembly import Assembly, Environment, Source
from cdk_rehearsal.errors import RehearsalError


def source(repository: str, provider: str = "CodeStarSourceConnection") -> dict[str, Any]:
    return {
        "Name": repository.replace("/", "_"),
        "ActionTypeId": {"Category": "Source", "Provider": provider},
        "Configuration": {"FullRepositoryId": repository, "BranchName": "main"},
    }


def pipeline(*actions: dict[str, Any]) -> dict[str, Any]:
    build = {"Name": "Build", "ActionTypeId": {"Category": "Build", "Provider": "CodeBuild"}}
    upload = {"Name": "Upload", "ActionTypeId": {"Category": "Deploy", "Provider": "S3"}}
    stages = [{"Actions": list(actions)}, {"Actions": [build, upload]}]
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
    (folder / "manifest.json").write_text(json.dumps({"version": "54.0.0", "artifacts": artifacts}))
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


@pytest.mark.parametrize("provider", ["CodeStarSourceConnection", "S3"])
def test_the_pipeline_is_found_with_the_source_that_starts_it(tmp_path: Path, provider: str) -> None:
    found = Assembly.read(write_app(tmp_path, pipeline(source("owner/name", provider)))).pipeline()
    assert (found.stack.name, found.source([])) == ("Tools", Source(action="owner_name", provider=provider))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ({}, "has no pipeline with a source that a push could start"),
        (pipeline(), "has no pipeline with a source that a push could start"),
    ],
)
def test_an_app_that_no_push_starts_is_refused(tmp_path: Path, template: dict[str, Any], said: str) -> None:
    assembly = Assembly.read(write_app(tmp_path, template))
    with pytest.raises(RehearsalError, match=said):
        assembly.pipeline()


def test_of_several_sources_the_one_without_a_repository_of_its_own_is_the_app_s(tmp_path: Path) -> None:
    found = Assembly.read(write_app(tmp_path, pipeline(source("a/b"), source("c/d", "S3"), source("e/f")))).pipeline()
    assert found.source(["a_b", "e_f"]) == Source(action="c_d", provider="S3")
    for others in ([], ["a_b"], ["a_b", "c_d", "e_f"]):
        with pytest.raises(RehearsalError, match=r"P of stack Tools has the sources a_b, c_d, e_f: say by --source"):
            found.source(others)
    with pytest.raises(RehearsalError, match="--source x: pipeline P of stack Tools has no such source, only a_b, c_d"):
        found.source(["a_b", "x"])


def write_two(folder: Path) -> Path:
    two = {name: pipeline(source(f"acme/{name.lower()}")) for name in ("One", "Two")}
    two["Two"]["Resources"]["Q"] = two["Two"]["Resources"].pop("P")
    two["Two"]["Resources"]["Q"]["Properties"]["Name"] = "second"
    return write(folder, {name: stack(name, "1" * 12) for name in two}, **two)


@pytest.mark.parametrize("name", ["Q", "Two", "Two/Stack", "second"])
def test_one_of_several_pipelines_is_chosen_by_its_name_its_logical_id_or_its_stack(tmp_path: Path, name: str) -> None:
    assert Assembly.read(write_two(tmp_path), chosen=name).pipeline().source([]).action == "acme_two"


@pytest.mark.parametrize(("name", "said"), [("", "there are several"), ("Three", "answer to 'Three'")])
def test_several_pipelines_without_a_choice_are_listed(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(RehearsalError, match=rf"--pipeline must .*{said}: P of stack One, Q of stack Two"):
        Assembly.read(write_two(tmp_path), chosen=name).pipeline()


@pytest.mark.parametrize("manifest", [None, "{", "{}"])
def test_what_is_no_assembly_is_refused_in_one_line(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(RehearsalError, match=r"manifest\.json: .*; run `cdk synth` (first|again)$"):
        Assembly.read(tmp_path)
