"""Who may do what: no permission for everybody, none by way of a service for strangers, none that AWS writes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from compliance.rules.rule import Breach, Rule
from compliance.templates import Template, as_list, conditions, properties, statements

SOURCES: Final = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "kms:encryptioncontext:aws:logs:arn"}
)
"""Condition keys that say for whom a service acts. The last is what CloudWatch Logs sends to KMS, with the account in
it ("Encrypt log data in CloudWatch Logs using AWS KMS")."""

WITHOUT_SOURCE: Final = frozenset({"ec2.amazonaws.com"})
"""Services that name no source when they take on a role. EC2 takes it from an instance profile, and a role can be
passed to services of its own account alone ("Grant a user permissions to pass a role to an AWS service", IAM User
Guide), so that no stranger's instance can have it."""

GUARDED: Final[Mapping[str, str]] = {"AWS::IAM::Role": "AssumeRolePolicyDocument", "AWS::KMS::Key": "KeyPolicy"}
HOLDERS: Final = ("AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User")
WRITTEN_BY_AWS: Final = ":iam::aws:policy/"


def _for_everybody(template: Template) -> Iterator[Breach]:
    for id_, resource in template.resources.items():
        for statement in statements(properties(resource)):
            if not statement.get("Condition") and _is_everybody(statement.get("Principal")):
                yield Breach(resource=id_, location="Properties", what="name the principal, or add a condition")


def _is_everybody(principal: Any) -> bool:
    named = principal.values() if isinstance(principal, Mapping) else [principal]
    return any("*" in as_list(names) for names in named)


def _for_strangers(template: Template) -> Iterator[Breach]:
    for kind, property_ in GUARDED.items():
        for id_, found in template.of_type(kind):
            for statement in statements(found.get(property_)):
                services = set(map(str, as_list(statement["Principal"].get("Service")))) - WITHOUT_SOURCE
                if services and not conditions(statement) & SOURCES:
                    what = f"add a condition on aws:SourceAccount or aws:SourceArn for {', '.join(sorted(services))}"
                    yield Breach(resource=id_, location=f"Properties.{property_}", what=what)


def _written_by_aws(template: Template) -> Iterator[Breach]:
    for id_, found in template.of_type(*HOLDERS):
        for arn in as_list(found.get("ManagedPolicyArns")):
            # An ARN may be put together by functions, in pieces that its text keeps in order.
            if WRITTEN_BY_AWS in json.dumps(arn).replace('"', "").replace(", ", ""):
                what = "write the permissions that are needed in its place"
                yield Breach(resource=id_, location="Properties.ManagedPolicyArns", what=what)


EVERYBODY: Final = Rule(
    name="Everybody",
    says="No policy lets everybody in without a condition.",
    source="NIST SP 800-53 R5 AC-3, AC-6; 'AWS JSON policy elements: Principal' in the IAM User Guide",
    breaches=_for_everybody,
)
CONFUSED_DEPUTY: Final = Rule(
    name="ConfusedDeputy",
    says="A role or key that a service may use says for which account's resources.",
    source="NIST SP 800-53 R5 AC-4, AC-6; 'The confused deputy problem' in the IAM User Guide",
    breaches=_for_strangers,
)
AWS_MANAGED: Final = Rule(
    name="AwsManagedPolicy",
    says="No identity holds a policy that AWS writes: AWS changes it without asking, and it fits nobody exactly.",
    source="NIST SP 800-53 R5 AC-6, CM-3; 'AWS managed policies' in the IAM User Guide",
    breaches=_written_by_aws,
)
