"""Whom a service may act for."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Aws, CfnResource

FOR_THIS_ACCOUNT: Final[Mapping[str, Mapping[str, str]]] = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
"""The condition under which a service takes on a role for resources of the role's own account alone ("The confused
deputy problem", IAM User Guide)."""


def hold_to_this_account(role: CfnResource) -> None:
    """Put the condition into a role's trust, of which the first statement is the service's, that a library made."""
    role.add_property_override("AssumeRolePolicyDocument.Statement.0.Condition", FOR_THIS_ACCOUNT)
