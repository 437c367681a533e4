"""Writes small assemblies to disk."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BUCKET: Mapping[str, Any] = {"Type": "AWS::S3::Bucket", "Metadata": {"aws:cdk:path": "Shop/Prod/Data/Bucket/Resource"}}


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
    return folder


def stack(template: str = "Data.template.json", **fields: Any) -> dict[str, Any]:
    properties = {"templateFile": template, **fields.pop("properties", {})}
    return {
        "type": "aws:cloudformation:stack",
        "environment": "aws://333333333333/eu-west-1",
        "properties": properties,
        **fields,
    }


def manifest(artifacts: Mapping[str, Any], version: str = "54.0.0") -> dict[str, Any]:
    return {"version": version, "artifacts": artifacts}


def staged(folder: Path) -> Path:
    """An app with a stage, which holds a stack with everything a stack can have."""
    return write(
        folder,
        {
            "manifest.json": manifest(
                {
                    "assembly-Shop-Prod": {
                        "type": "cdk:cloud-assembly",
                        "properties": {"directoryName": "assembly-Shop-Prod", "displayName": "Shop/Prod"},
                    },
                    "Shop": stack("Shop.template.json"),
                    "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
                }
            ),
            "Shop.template.json": {},
            "assembly-Stale/manifest.json": "left over by a stage that is gone",
            "assembly-Shop-Prod/manifest.json": manifest(
                {
                    "Base": stack(displayName="Shop/Prod/Base (prod-base)"),
                    "ShopProdData.assets": {
                        "type": "cdk:asset-manifest",
                        "properties": {"file": "ShopProdData.assets.json"},
                    },
                    "ShopProdData": stack(
                        "Data.template.json",
                        displayName="Shop/Prod/Data",
                        dependencies=["Base", "ShopProdData.assets", "Gone"],
                        additionalMetadataFile="Data.metadata.json",
                        properties={"stackName": "prod-data", "terminationProtection": True, "tags": {"team": "tap"}},
                    ),
                }
            ),
            "assembly-Shop-Prod/Data.template.json": {"Resources": {"Bucket": BUCKET, "Bare": {"Type": "A::B::C"}}},
            "assembly-Shop-Prod/Data.metadata.json": {
                "/Shop/Prod/Data/Bucket": [
                    {"type": "aws:cdk:acknowledged-rules", "data": {"Pack::Pack-S1": "because"}},
                    {"type": "aws:cdk:logicalId", "data": "Bucket"},
                ]
            },
            "assembly-Shop-Prod/ShopProdData.assets.json": {
                "files": {
                    "aa": {"displayName": "Code", "source": {"path": "../asset.aa"}},
                    "bb": {"source": {"path": "Data.template.json"}},
                    "cc": {"source": {"executable": ["make"]}},
                },
                "dockerImages": {"dd": {"source": {"directory": "image"}}, "ee": {"source": {"executable": ["make"]}}},
            },
        },
    )
