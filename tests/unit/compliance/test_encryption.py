"""The project's own rule asks everything that stores data how it is encrypted."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aws_cdk import IPolicyValidationContext, PolicyValidationPluginReport

from compliance.encryption import RULE, SAYS_HOW, EncryptionRule


def judged(folder: Path, **resources: Any) -> PolicyValidationPluginReport:
    path = folder / "S.template.json"
    path.write_text(json.dumps({"Resources": resources} if resources else {}))
    context = SimpleNamespace(template_paths=[str(path)])
    return EncryptionRule().validate(cast("IPolicyValidationContext", context))


@pytest.mark.parametrize(("kind", "property_"), SAYS_HOW.items())
def test_silence_about_encryption_is_a_finding(tmp_path: Path, kind: str, property_: str) -> None:
    report = judged(tmp_path, Silent={"Type": kind}, Says={"Type": kind, "Properties": {property_: "x"}})
    assert report.success is False
    (found,) = report.violations
    (resource,) = found.violating_resources
    assert (found.rule_name, found.severity, resource.resource_logical_id) == (RULE, "error", "Silent")
    assert found.description.endswith(f"set {property_}.")
    assert resource.locations == [f"Properties.{property_}"]


def test_what_stores_nothing_is_not_asked(tmp_path: Path) -> None:
    assert judged(tmp_path, Role={"Type": "AWS::IAM::Role"}).success is True
    assert judged(tmp_path).success is True


def test_the_report_knows_the_rule_by_name() -> None:
    rule = EncryptionRule()
    assert (rule.name, rule.rule_ids, rule.version) == ("Delivery", [RULE], None)
