"""The role under which the pipeline looks at what it has deployed."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from tap_stack.pipeline_roles import pipeline_roles
from tap_stack.settings import StageSettings


class CheckRole(Construct):
    """Trusts the pipeline's roles alone; :class:`~tap_stack.check_permissions.CheckPermissions` says what it may do."""

    def __init__(self, scope: Construct, id_: str, *, settings: StageSettings) -> None:
        """Build the role. Its name is fixed, since the pipeline grants its checks this role by name."""
        super().__init__(scope, id_)
        self.role = iam.Role(
            self,
            "Role",
            role_name=settings.check_role_name,
            description="The pipeline's checks after a deployment",
            assumed_by=pipeline_roles(settings),
        )
