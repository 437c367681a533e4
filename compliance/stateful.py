"""Which data AWS can protect against deletion. ``cdk_verdict.STATEFUL`` lists the types that hold data.

This module does not import the CDK, which steps in the target accounts do not have.
"""

from collections.abc import Mapping
from typing import Final

PROTECTED: Final[Mapping[str, str]] = {
    "AWS::Cognito::UserPool": "DeletionProtection",
    "AWS::DocDB::DBCluster": "DeletionProtection",
    "AWS::DynamoDB::Table": "DeletionProtectionEnabled",
    "AWS::Logs::LogGroup": "DeletionProtectionEnabled",
    "AWS::Neptune::DBCluster": "DeletionProtection",
    "AWS::RDS::DBCluster": "DeletionProtection",
    "AWS::RDS::DBInstance": "DeletionProtection",
}
"""Types that AWS refuses to delete while a property says so, and the property."""
