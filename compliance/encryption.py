"""The project's own rule: what stores data says how it is encrypted.

AwsSolutions stopped asking when S3 began to encrypt by default; here the choice of a key is never left to a default.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from compliance.names import OWN

RULE: Final = "Delivery-Encryption"

SAYS_HOW: Final = {
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::RDS::DBInstance": "KmsKeyId",
    "AWS::S3::Bucket": "BucketEncryption",
    "AWS::SNS::Topic": "KmsMasterKeyId",
}
"""The types that store data, and the property of each that names its encryption."""


@jsii.implements(IPolicyValidationPlugin)
class EncryptionRule:
    """Finds resources that leave their encryption to a default."""

    @property
    def name(self) -> str:
        """What the report calls the plugin."""
        return OWN

    @property
    def version(self) -> None:
        """None: the rule has the repository's version."""

    @property
    def rule_ids(self) -> list[str]:
        """The rules that this plugin holds templates against."""
        return [RULE]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Judge every template of the app."""
        unencrypted = [found for path in context.template_paths for found in _unencrypted(Path(path))]
        violations = [
            PolicyViolation(
                rule_name=RULE,
                description=f"The resource does not say how it is encrypted; set {property_}.",
                severity="error",
                violating_resources=[resource],
            )
            for property_, resource in unencrypted
        ]
        return PolicyValidationPluginReport(success=not violations, violations=violations)


def _unencrypted(path: Path) -> Iterator[tuple[str, PolicyViolatingResource]]:
    for id_, resource in json.loads(path.read_text()).get("Resources", {}).items():
        property_ = SAYS_HOW.get(resource["Type"])
        if property_ and property_ not in resource.get("Properties", {}):
            yield (
                property_,
                PolicyViolatingResource(
                    resource_logical_id=id_, template_path=str(path), locations=[f"Properties.{property_}"]
                ),
            )
