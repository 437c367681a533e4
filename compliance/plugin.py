"""The project's own rules as a plugin of the synth, in the same report as the packs."""

from pathlib import Path

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from compliance.names import OWN
from compliance.rules.catalogue import RULES
from compliance.rules.rule import Breach, Rule
from compliance.templates import read_template


@jsii.implements(IPolicyValidationPlugin)
class OwnRules:
    """Holds every template of the app against the project's own rules."""

    @property
    def name(self) -> str:
        """What the report calls the plugin."""
        return OWN

    @property
    def version(self) -> None:
        """None: the rules have the repository's version."""

    @property
    def rule_ids(self) -> list[str]:
        """The rules that this plugin holds templates against."""
        return [rule.id for rule in RULES]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Judge every template of the app."""
        violations = [
            _violation(rule, breach, path)
            for path in context.template_paths
            for template in (read_template(Path(path)),)
            for rule in RULES
            for breach in rule.breaches(template)
        ]
        return PolicyValidationPluginReport(success=not violations, violations=violations)


def _violation(rule: Rule, breach: Breach, path: str) -> PolicyViolation:
    return PolicyViolation(
        rule_name=rule.id,
        description=f"{rule.says} Mend: {breach.what}. Source: {rule.source}.",
        severity="error",
        violating_resources=[
            PolicyViolatingResource(
                resource_logical_id=breach.resource, template_path=path, locations=[breach.location]
            )
        ],
    )
