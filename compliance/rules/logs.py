"""Logs expire."""

from collections.abc import Iterator
from typing import Final

from compliance.rules.rule import Breach, Rule
from compliance.templates import Template


def _breaches(template: Template) -> Iterator[Breach]:
    for id_, found in template.of_type("AWS::Logs::LogGroup"):
        if not found.get("RetentionInDays"):
            yield Breach(resource=id_, location="Properties.RetentionInDays", what="set RetentionInDays")


LOG_RETENTION: Final = Rule(
    name="LogRetention",
    says="Every log group says how long it keeps its events; without that it keeps them for ever.",
    source="NIST SP 800-53 R5 AU-11; PCI DSS 10.7; 'Working with log groups' in the CloudWatch Logs User Guide",
    breaches=_breaches,
)
