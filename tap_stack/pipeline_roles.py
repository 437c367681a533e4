"""Who may act on a stage from the pipeline's account."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from tap_stack.settings import StageSettings

NAMES = "TapPipeline-*"
"""The names that CloudFormation gives to the roles of the pipeline stack, which is called TapPipeline."""


def pipeline_roles(settings: StageSettings) -> iam.IPrincipal:
    """Return the roles of the pipeline stack in the tools account, and nobody else there."""
    named = f"arn:{Aws.PARTITION}:iam::{settings.tools_account}:role/{NAMES}"
    account = iam.AccountPrincipal(settings.tools_account)
    return iam.PrincipalWithConditions(account, {"ArnLike": {"aws:PrincipalArn": named}})
