"""Data goes with its stack or outlives it, as the stack promises."""

from collections.abc import Iterator
from typing import Any, Final

from cdk_verdict import STATEFUL
from compliance.removal import METADATA, REMOVAL
from compliance.rules.rule import Breach, Rule
from compliance.stateful import PROTECTED
from compliance.templates import Resource, Template, properties, values

ON = (True, "true", "ACTIVE")
ONCE_CREATED: Final = "RetainExceptOnCreate"
"""The ``DeletionPolicy`` that retains a resource, but for the operation that created it."""
AUTO_EMPTY: Final = "Custom::S3AutoDeleteObjects"


def _removal(template: Template) -> Iterator[Breach]:
    promised = next(values(template.metadata, f"{METADATA}.{REMOVAL}"))
    for id_, resource in _stateful(template):
        if promised is None:
            yield Breach(
                resource=id_, location="Type", what="say what becomes of it: call declare_removal on its stack"
            )
            continue
        for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(attribute) not in _keeping(promised, attribute):
                yield Breach(resource=id_, location=attribute, what=f"set {attribute} to {promised}")
        if promised == "Delete":
            yield from _leaves_something(template, id_, resource)


def _keeping(promised: str, attribute: str) -> tuple[str, ...]:
    """Return the values of ``attribute`` that keep the promise."""
    once_created = promised == "Retain" and attribute == "DeletionPolicy"
    return (promised, ONCE_CREATED) if once_created else (promised,)


def _leaves_something(template: Template, id_: str, resource: Resource) -> Iterator[Breach]:
    if resource["Type"] == "AWS::S3::Bucket" and id_ not in _emptied(template):
        yield Breach(resource=id_, location="Type", what="empty the bucket first: set auto_delete_objects")
    if resource["Type"] == "AWS::RDS::DBInstance" and properties(resource).get("DeleteAutomatedBackups") is False:
        location = "Properties.DeleteAutomatedBackups"
        yield Breach(resource=id_, location=location, what="set DeleteAutomatedBackups to true")


def _protection(template: Template) -> Iterator[Breach]:
    promised = next(values(template.metadata, f"{METADATA}.{REMOVAL}"))
    for kind, property_ in PROTECTED.items():
        for id_, found in template.of_type(kind):
            if promised == "Retain" and found.get(property_) not in ON:
                yield Breach(resource=id_, location=f"Properties.{property_}", what=f"switch {property_} on")
            if found.get(property_) in ON and template.resources[id_].get("DeletionPolicy") == ONCE_CREATED:
                what = f"set DeletionPolicy to Retain: while {property_} is on, a first deployment can't roll back"
                yield Breach(resource=id_, location="DeletionPolicy", what=what)
            if promised == "Delete" and found.get(property_) in ON:
                yield Breach(resource=id_, location=f"Properties.{property_}", what=f"switch {property_} off")


def _stateful(template: Template) -> Iterator[tuple[str, Resource]]:
    return ((id_, resource) for id_, resource in template.resources.items() if resource["Type"] in STATEFUL)


def _emptied(template: Template) -> set[Any]:
    return {name for _, found in template.of_type(AUTO_EMPTY) for name in values(found, "BucketName.Ref")}


REMOVAL_KEPT: Final = Rule(
    name="Removal",
    says="Data goes with a stack that promises so, without a rest, and outlives every other one.",
    source="NIST SP 800-53 R5 CP-9, MP-6; 'DeletionPolicy' and 'UpdateReplacePolicy' in the CloudFormation User Guide",
    breaches=_removal,
)
PROTECTION: Final = Rule(
    name="Protection",
    says="Data that outlives its stack is protected against deletion where AWS offers it, and other data is not; "
    "a rollback does not try to delete what is protected.",
    source="NIST SP 800-53 R5 CP-9(8), SI-12; 'Deleting a DB instance' in the RDS User Guide, 'Protecting log groups "
    "from deletion' in the CloudWatch Logs User Guide",
    breaches=_protection,
)
