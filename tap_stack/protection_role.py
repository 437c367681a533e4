"""The role under which the pipeline protects a stage's stacks against deletion."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from tap_stack.pipeline_roles import pipeline_roles
from tap_stack.settings import StageSettings


class ProtectionRole(Construct):
    """Switches a stage's termination protection, can do nothing else, and trusts the pipeline's roles alone."""

    def __init__(self, scope: Construct, id_: str, *, stacks: Sequence[Stack], settings: StageSettings) -> None:
        """Build the role. Its name is fixed, since the pipeline grants its step this role by name."""
        super().__init__(scope, id_)
        self.role = iam.Role(
            self,
            "Role",
            role_name=settings.protection_role_name,
            description="The pipeline's protection of this stage against deletion",
            assumed_by=pipeline_roles(settings),
        )
        iam.ManagedPolicy(
            self,
            "Protect",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(
                    actions=["cloudformation:UpdateTerminationProtection"],
                    resources=[stack.stack_id for stack in stacks],
                )
            ],
        )
