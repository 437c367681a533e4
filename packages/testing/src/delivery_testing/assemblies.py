"""Small cloud assemblies, written as the CDK writes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Resource = dict[str, Any]

ACCOUNT = "123456789012"
PACK = "AwsSolutions"


def resource(type_: str, path: str, properties: Mapping[str, Any] | None = None, **more: Any) -> Resource:
    """A resource of a template, with its construct's path."""
    return {"Type": type_, "Properties": dict(properties or {}), "Metadata": {"aws:cdk:path": path}} | more


def template(**resources: Resource) -> dict[str, Any]:
    return {"Resources": resources}


def finding(rule: str, path: str, **more: Any) -> dict[str, Any]:
    """An entry of the report; with a ``reason`` it is one that is acknowledged, at ``acknowledgedAt``."""
    return {
        "ruleName": rule,
        "description": f"about {rule}",
        "severity": "error",
        "violatingConstructs": [{"constructPath": path}],
    } | more


class Written:
    """An assembly in a folder, to which stacks, assets and findings are added."""

    def __init__(self, folder: Path, *, version: str = "54.0.0") -> None:
        self.folder = folder
        self._version = version
        self._artifacts: dict[Path, dict[str, Any]] = {}
        self._displayed: dict[Path, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.report()

    def stage(self, address: str) -> Path:
        """The folder of a nested stage."""
        folder = self.folder / f"assembly-{address.replace('/', '-')}"
        if folder not in self._artifacts:
            folder.mkdir()
            self._artifacts[folder] = {}
            self._artifacts.setdefault(self.folder, {})[folder.name] = {
                "type": "cdk:cloud-assembly",
                "properties": {"directoryName": folder.name, "displayName": address},
            }
        return folder

    def stack(
        self,
        address: str,
        document: Mapping[str, Any],
        *,
        stage: str | None = None,
        protected: bool = False,
        acknowledged: Mapping[str, Mapping[str, str]] | None = None,
        account: str = ACCOUNT,
    ) -> "Written":
        folder = self.folder if stage is None else self.stage(stage)
        id_ = address.replace("/", "")
        (folder / f"{id_}.template.json").write_text(json.dumps(document))
        metadata = {
            f"/{path}": [
                {"type": "aws:cdk:acknowledged-rules", "data": rules},
                {"type": "aws:cdk:logicalId", "data": "X"},
            ]
            for path, rules in (acknowledged or {}).items()
        }
        (folder / f"{id_}.metadata.json").write_text(json.dumps(metadata))
        self._artifacts.setdefault(folder, {})[id_] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{account}/us-east-1",
            "displayName": address,
            "additionalMetadataFile": f"{id_}.metadata.json",
            "dependencies": ["Another", f"{id_}.assets"],
            "properties": {"templateFile": f"{id_}.template.json", "terminationProtection": protected},
        }
        (folder / f"{id_}.assets.json").write_text(json.dumps({"files": {}, "dockerImages": {}}))
        return self._save()

    def asset(
        self, stack: str, name: str, hash_: str, files: Mapping[str, str], *, stage: str | None = None
    ) -> "Written":
        """Publish a folder of files with a stack that was added before."""
        folder = self.folder if stage is None else self.stage(stage)
        content = self.folder / f"asset.{hash_}"
        for file, text in files.items():
            (content / file).parent.mkdir(parents=True, exist_ok=True)
            (content / file).write_text(text)
        relative = content.name if stage is None else f"../{content.name}"
        path = folder / f"{stack.replace('/', '')}.assets.json"
        document = json.loads(path.read_text())
        document["files"][hash_] = {"displayName": name, "source": {"path": relative, "packaging": "zip"}}
        path.write_text(json.dumps(document))
        return self

    def report(
        self, *violations: Mapping[str, Any], acknowledged: Sequence[Mapping[str, Any]] | None = None
    ) -> "Written":
        """Write the gate's report; by default one finding is acknowledged, so that it is taken for one."""
        if acknowledged is None:
            accepted = {"reason": "Evidence.", "acknowledgedAt": "App/Known"}
            acknowledged = [finding("AwsSolutions-IAM4", "App/Known/Resource", **accepted)]
        plugin = {"pluginName": PACK, "violations": list(violations), "suppressedViolations": list(acknowledged)}
        (self.folder / "validation-report.json").write_text(
            json.dumps({"version": "54.0.0", "pluginReports": [plugin]})
        )
        return self

    def _save(self) -> "Written":
        for folder, artifacts in {self.folder: {}, **self._artifacts}.items():
            (folder / "manifest.json").write_text(json.dumps({"version": self._version, "artifacts": artifacts}))
        return self


def one_stack(folder: Path, **resources: Resource) -> Written:
    """An assembly with one stack, ``App``."""
    return Written(folder).stack("App", template(**resources))
