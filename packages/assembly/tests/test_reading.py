from pathlib import Path
from typing import Any

import pytest
from assembly_samples import BUCKET, manifest, stack, staged, write

from cdk_assembly import AssemblyError, read_assembly


def test_reader_follows_manifests_into_stages_and_ignores_stale_folders(tmp_path: Path) -> None:
    assembly = read_assembly(staged(tmp_path))
    assert list(assembly.stacks) == ["Shop", "Shop/Prod/Base", "Shop/Prod/Data"]
    assert assembly.accounts == {"333333333333"}
    assert assembly.environments == (("333333333333", "eu-west-1"),)


def test_stack_carries_what_its_manifest_says(tmp_path: Path) -> None:
    found = read_assembly(staged(tmp_path)).stacks["Shop/Prod/Data"]
    assert (found.name, found.stage, found.account, found.region) == (
        "prod-data",
        "Shop/Prod",
        "333333333333",
        "eu-west-1",
    )
    assert found.environment == "aws://333333333333/eu-west-1"
    assert found.file == "assembly-Shop-Prod/Data.template.json"
    assert found.asset_manifest == "assembly-Shop-Prod/ShopProdData.assets.json"
    assert found.dependencies == ("Shop/Prod/Base",)
    assert found.tags == {"team": "tap"}
    assert found.termination_protection
    assert [(each.at, each.id, each.reason) for each in found.acknowledgements] == [
        ("Shop/Prod/Data/Bucket", "Pack::Pack-S1", "because")
    ]


def test_stack_without_names_uses_its_artifact_id(tmp_path: Path) -> None:
    found = read_assembly(staged(tmp_path)).stacks["Shop"]
    assert (found.name, found.stage, found.assets, found.asset_manifest, found.parent) == (
        "Shop",
        "Shop",
        (),
        None,
        None,
    )
    assert found.resources == {}


def test_resource_has_construct_path_or_stack_path_and_logical_id(tmp_path: Path) -> None:
    resources = read_assembly(staged(tmp_path)).stacks["Shop/Prod/Data"].resources
    assert resources["Bucket"].path == "Shop/Prod/Data/Bucket/Resource"
    assert resources["Bare"].path == "Shop/Prod/Data/Bare"
    assert resources["Bare"].properties == {}


def test_resource_loop_is_listed_as_a_loop(tmp_path: Path) -> None:
    template = {"Resources": {"Fn::ForEach::Topics": ["Name", ["a"], {}]}}
    write(tmp_path, {"manifest.json": manifest({"S": stack("s.json")}), "s.json": template})
    found = read_assembly(tmp_path).stacks["S"].resources["Fn::ForEach::Topics"]
    assert (found.type, found.body) == ("Fn::ForEach", {"Fn::ForEach": ["Name", ["a"], {}]})


def test_assets_name_files_images_and_templates(tmp_path: Path) -> None:
    found = read_assembly(staged(tmp_path)).stacks["Shop/Prod/Data"].assets
    folder = tmp_path / "assembly-Shop-Prod"
    assert [(each.name, each.hash, each.kind, each.path, each.template) for each in found] == [
        ("Code", "aa", "file", folder / "../asset.aa", False),
        ("Data.template.json", "bb", "file", folder / "Data.template.json", True),
        ("cc", "cc", "file", None, False),
        ("image", "dd", "image", folder / "image", False),
        ("ee", "ee", "image", None, False),
    ]


def test_tags_are_read_from_metadata_of_older_assemblies(tmp_path: Path) -> None:
    tagged = stack("s.json", metadata={"/S": [{"type": "aws:cdk:stack-tags", "data": [{"key": "a", "value": "b"}]}]})
    write(tmp_path, {"manifest.json": manifest({"S": tagged}, "36.0.0"), "s.json": {}})
    assert read_assembly(tmp_path).stacks["S"].tags == {"a": "b"}


def test_nested_stacks_follow_their_parents(tmp_path: Path) -> None:
    nested = {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "inner.json"}}
    foreign = {"Type": "AWS::CloudFormation::Stack"}
    write(
        tmp_path,
        {
            "manifest.json": manifest({"S": stack("s.json", displayName="S")}),
            "s.json": {"Resources": {"In": nested, "Foreign": foreign, "Odd": {"Type": "A::B::C", "Metadata": 3}}},
            "inner.json": {"Resources": {"Bucket": BUCKET}},
        },
    )
    found = read_assembly(tmp_path).stacks["S/In"]
    assert (found.parent, found.name, found.file, list(found.resources)) == ("S", "In", "inner.json", ["Bucket"])


def test_megabyte_template_is_read(tmp_path: Path) -> None:
    resources = {f"Bucket{n}": {**BUCKET, "Properties": {"BucketName": "x" * 2000}} for n in range(500)}
    write(tmp_path, {"manifest.json": manifest({"S": stack("s.json")}), "s.json": {"Resources": resources}})
    assert len(read_assembly(tmp_path).stacks["S"].resources) == 500


SELF_NESTED = {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "s.json"}}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "manifest.json: No such file or directory; run `cdk synth` first"),
        ({"manifest.json": "{"}, "manifest.json: not JSON"),
        ({"manifest.json": "[" * 100_000}, "manifest.json: not JSON"),
        ({"manifest.json": []}, "manifest.json: not a JSON object"),
        ({"manifest.json": {}}, "no schema version"),
        ({"manifest.json": {"version": "x.0"}}, "no schema version"),
        ({"manifest.json": manifest({}, "56.0.0")}, "schema 56.0.0 is not supported"),
        ({"manifest.json": manifest({}, "1.0.0")}, "schema 1.0.0 is not supported"),
        ({"manifest.json": manifest({})}, "no stack in it"),
        ({"manifest.json": manifest({"S": {}})}, "not a manifest (KeyError('type'))"),
        ({"manifest.json": {"version": "54.0.0", "artifacts": []}}, "not a manifest"),
        ({"manifest.json": manifest({"S": stack("gone.json")})}, "gone.json: No such file"),
        ({"manifest.json": manifest({"S": stack("../s.json")})}, "outside of the assembly"),
        ({"manifest.json": manifest({"S": stack("s.json")}), "s.json": {"Resources": []}}, "Resources is not an obj"),
        ({"manifest.json": manifest({"S": stack("s.json")}), "s.json": {"Resources": {"A": {}}}}, "A has no Type"),
        ({"manifest.json": manifest({"S": stack("s.json")}), "s.json": {"Resources": {"A": 1}}}, "A has no Type"),
        (
            {"manifest.json": manifest({"S": stack("s.json"), "T": stack("s.json", displayName="S")}), "s.json": {}},
            "two stacks have the path S",
        ),
        (
            {"manifest.json": manifest({"N": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}})},
            "the assembly contains itself",
        ),
        (
            {"manifest.json": manifest({"S": stack("s.json")}), "s.json": {"Resources": {"A": SELF_NESTED}}},
            "the template nests itself",
        ),
    ],
)
def test_damaged_assembly_is_one_line_that_names_the_file(tmp_path: Path, files: dict[str, Any], said: str) -> None:
    write(tmp_path, files)
    with pytest.raises(AssemblyError) as caught:
        read_assembly(tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
