"""The role under which the pipeline protects the stack against deletion."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from tap_stack.check_role import PIPELINE_ROLES
from tap_stack.settings import StageSettings


class ProtectionRole(Construct):
    """Switches this stack's termination protection, can do nothing else, and trusts the pipeline's roles alone."""

    def __init__(self, scope: Construct, id_: str, *, settings: StageSettings) -> None:
        """Build the role. Its name is fixed, since the pipeline grants its step this role by name."""
        super().__init__(scope, id_)
        pipeline_roles = f"arn:{Aws.PARTITION}:iam::{settings.tools_account}:role/{PIPELINE_ROLES}"
        self.role = iam.Role(
            self,
            "Role",
            role_name=settings.protection_role_name,
            description="The pipeline's protection of this stack against deletion",
            assumed_by=iam.PrincipalWithConditions(
                iam.AccountPrincipal(settings.tools_account), {"ArnLike": {"aws:PrincipalArn": pipeline_roles}}
            ),
        )
        iam.ManagedPolicy(
            self,
            "Protect",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(actions=["cloudformation:UpdateTerminationProtection"], resources=[Aws.STACK_ID])
            ],
        )
