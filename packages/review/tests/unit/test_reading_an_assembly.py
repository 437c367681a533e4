"""Every stack of an assembly is found, whatever it is nested in, and a damaged assembly is never half read."""

import json
from pathlib import Path

import pytest

from cdk_review.errors import ReviewError
from cdk_review.reading.assembly import read_assembly
from cdk_review.reading.model import path_of
from delivery_testing.assemblies import Written, one_stack, resource, template

TOPIC = resource("AWS::SNS::Topic", "App/Topic/Resource")


def test_stacks_are_found_in_stages_and_in_stages_of_stages(tmp_path: Path) -> None:
    written = Written(tmp_path).stack("App", template(Topic=TOPIC))
    written.stack("App/Prod/Tap", template(Topic=TOPIC), stage="App/Prod", protected=True, account="210987654321")
    assembly = read_assembly(tmp_path)
    assert list(assembly.stacks) == ["App", "App/Prod/Tap"]
    prod = assembly.stacks["App/Prod/Tap"]
    assert (prod.stage, prod.environment, prod.termination_protected) == (
        "App/Prod",
        "aws://210987654321/us-east-1",
        True,
    )
    assert prod.file == "assembly-App-Prod/AppProdTap.template.json"
    assert list(prod.resources) == ["Topic"]
    assert assembly.stacks["App"].stage == "App"


def test_stacks_that_are_deployed_as_resources_are_stacks_too(tmp_path: Path) -> None:
    inner = resource(
        "AWS::CloudFormation::Stack", "App/Inner.NestedStack/Inner.NestedStackResource", DeletionPolicy="Delete"
    )
    inner["Metadata"]["aws:asset:path"] = "Inner.nested.template.json"
    innermost = json.loads(json.dumps(inner).replace("Inner", "Most"))
    one_stack(tmp_path, Nested=inner, Foreign=resource("AWS::CloudFormation::Stack", "App/Foreign"))
    (tmp_path / "Inner.nested.template.json").write_text(json.dumps(template(Topic=TOPIC, Nested=innermost)))
    (tmp_path / "Most.nested.template.json").write_text(json.dumps(template(Topic=TOPIC)))
    assembly = read_assembly(tmp_path)
    assert list(assembly.stacks) == ["App", "App/Inner", "App/Most"]
    assert {stack.stage for stack in assembly.stacks.values()} == {"App"}


def test_assets_have_names_and_the_stacks_own_templates_are_none(tmp_path: Path) -> None:
    one_stack(tmp_path).asset("App", "Handler/Code", "a" * 64, {"main.py": "1"})
    manifest = tmp_path / "App.assets.json"
    document = json.loads(manifest.read_text())
    document["files"]["b"] = {"displayName": "App Template", "source": {"path": "App.template.json"}}
    document["files"]["c"] = {"source": {"executable": ["make"]}}
    document["files"]["d"] = {"source": {"path": "asset.d"}}
    document["dockerImages"] = {"e": {"source": {"directory": "asset.e"}}, "f": {"displayName": "I", "source": {}}}
    manifest.write_text(json.dumps(document))
    assets = read_assembly(tmp_path).stacks["App"].assets
    assert [(asset.name, asset.hash[:1]) for asset in assets] == [
        ("Handler/Code", "a"),
        ("asset.d", "d"),
        ("asset.e", "e"),
        ("I", "f"),
    ]
    assert assets[0].path == tmp_path / f"asset.{'a' * 64}"
    assert assets[2].path is None


def test_acknowledgements_are_read_from_the_constructs(tmp_path: Path) -> None:
    acknowledged = {"App/Bucket": {"AwsSolutions::AwsSolutions-S1": "Evidence."}}
    Written(tmp_path).stack("App", template(), acknowledged=acknowledged)
    (entry,) = read_assembly(tmp_path).stacks["App"].acknowledgements
    assert (entry.at, entry.id, entry.reason) == ("App/Bucket", "AwsSolutions::AwsSolutions-S1", "Evidence.")


def test_metadata_may_stand_in_the_manifest(tmp_path: Path) -> None:
    one_stack(tmp_path)
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["artifacts"]["App"]["additionalMetadataFile"]
    entries = [{"type": "aws:cdk:acknowledged-rules", "data": {"P::R": "Evidence."}}]
    manifest["artifacts"]["App"]["metadata"] = {"/App/Bucket": entries}
    path.write_text(json.dumps(manifest))
    assert [entry.at for entry in read_assembly(tmp_path).stacks["App"].acknowledgements] == ["App/Bucket"]


def test_a_resource_without_a_path_is_called_by_its_logical_id(tmp_path: Path) -> None:
    one_stack(tmp_path, Topic={"Type": "AWS::SNS::Topic"})
    stack = read_assembly(tmp_path).stacks["App"]
    assert path_of(stack.resources["Topic"], stack=stack, logical_id="Topic") == "App/Topic"
    assert path_of({"Metadata": "odd"}, stack=stack, logical_id="Odd") == "App/Odd"


def test_two_stacks_of_one_name_are_refused(tmp_path: Path) -> None:
    one_stack(tmp_path)
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["artifacts"]["Again"] = manifest["artifacts"]["App"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(ReviewError, match="two stacks are called App; each needs a name of its own"):
        read_assembly(tmp_path)


def test_stages_whose_last_names_are_alike_stay_apart(tmp_path: Path) -> None:
    written = Written(tmp_path)
    for wave in ("App/One/Prod", "App/Two/Prod"):
        written.stack(f"{wave}/Tap", template(Topic=TOPIC), stage=wave)
    assert {stack.stage for stack in read_assembly(tmp_path).stacks.values()} == {"App/One/Prod", "App/Two/Prod"}


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("manifest.json", None, r"manifest\.json: No such file or directory; `make synth` writes the assembly"),
        ("manifest.json", '{"version": "54.0', "not JSON"),
        ("manifest.json", "[]", "a JSON object was expected"),
        ("manifest.json", "{}", "it names no schema version"),
        ("manifest.json", '{"version": "99.1.0"}', "schema 99.1.0 is newer than 55"),
        ("manifest.json", '{"version": "54.0.0"}', "there is no stack in it"),
        ("manifest.json", '{"version": "54.0.0", "artifacts": {"A": {}}}', "not a manifest"),
        ("manifest.json", '{"version": "54.0.0", "artifacts": []}', "not a manifest"),
        ("App.template.json", None, r"App\.template\.json: No such file"),
        ("App.template.json", '{"Resources": {"A": {"Ty', "not JSON"),
        ("App.metadata.json", "\udce9", "not JSON"),
        ("App.assets.json", "", "not JSON"),
    ],
)
def test_a_damaged_assembly_is_one_clear_line(tmp_path: Path, file: str, content: str | None, said: str) -> None:
    one_stack(tmp_path, Topic=TOPIC)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ReviewError, match=said) as raised:
        read_assembly(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_template_of_a_megabyte_with_five_hundred_resources_is_read_whole(tmp_path: Path) -> None:
    many = {
        f"Topic{number}": resource("AWS::SNS::Topic", f"App/T{number}", {"Name": "n" * 2000}) for number in range(500)
    }
    one_stack(tmp_path, **many)
    assert (tmp_path / "App.template.json").stat().st_size > 1_000_000
    assert len(read_assembly(tmp_path).stacks["App"].resources) == 500
