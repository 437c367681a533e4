"""What our own rules find reaches the report as CDK takes it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from aws_cdk import IPolicyValidationContext, PolicyValidationPluginReport

from compliance.plugin import OwnRules
from compliance.rules.catalogue import RULES


def judged(folder: Path, **resources: Any) -> PolicyValidationPluginReport:
    path = folder / "S.template.json"
    path.write_text(json.dumps({"Resources": resources} if resources else {}))
    context = SimpleNamespace(template_paths=[str(path)])
    return OwnRules().validate(cast("IPolicyValidationContext", context))


def test_a_breach_fails_with_its_rule_its_place_how_to_mend_it_and_its_source(tmp_path: Path) -> None:
    report = judged(tmp_path, Rule={"Type": "AWS::EC2::SecurityGroupIngress"})
    (found,) = report.violations
    (place,) = found.violating_resources
    assert report.success is False
    assert (found.rule_name, found.severity) == ("Delivery-RuleDescription", "error")
    assert (place.resource_logical_id, place.locations) == ("Rule", ["Properties"])
    assert place.template_path == str(tmp_path / "S.template.json")
    assert "Mend: add a description" in found.description
    assert "Source: NIST" in found.description


def test_a_template_that_breaks_nothing_passes(tmp_path: Path) -> None:
    assert judged(tmp_path, Topic={"Type": "AWS::Events::Rule"}).success is True
    assert judged(tmp_path).success is True


def test_the_report_knows_every_rule_by_its_id() -> None:
    plugin = OwnRules()
    assert (plugin.name, plugin.version) == ("Delivery", None)
    assert plugin.rule_ids == [rule.id for rule in RULES]
    assert len(set(plugin.rule_ids)) == len(RULES)
