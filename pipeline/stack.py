"""The stack that holds the delivery. It wires; the constructs build."""

from aws_cdk import CfnOutput, Environment, PermissionsBoundary, RemovalPolicy, Stack
from constructs import Construct

from compliance.removal import declare_removal
from pipeline.artifacts import Artifacts
from pipeline.build_logs import BuildLogs
from pipeline.delivery import Delivery
from pipeline.key import DeliveryKey
from pipeline.notifications import Notifications
from pipeline.places import stages
from pipeline.settings import DeliverySettings
from pipeline.toolchain import Toolchain


class PipelineStack(Stack):
    """The pipeline, in the tools account. Deployed by hand once; from then on it deploys itself."""

    def __init__(self, scope: Construct, id_: str, *, settings: DeliverySettings, toolchain: Toolchain) -> None:
        """Build the delivery that ``settings`` describe, with the tools' versions from ``toolchain``."""
        boundary = settings.permissions_boundary
        super().__init__(
            scope,
            id_,
            description="The delivery: carries every push through dev and, after approval, to prod",
            env=Environment(account=settings.tools.account, region=settings.tools.region),
            termination_protection=True,
            # The stages are below this stack, and their roles are held by it as well.
            permissions_boundary=PermissionsBoundary.from_name(boundary) if boundary else None,
        )
        declare_removal(self, RemovalPolicy.RETAIN)
        key = DeliveryKey(self, "Key").key
        delivery = Delivery(
            self,
            "Delivery",
            settings=settings,
            toolchain=toolchain,
            stages=stages(settings),
            artifacts=Artifacts(self, "Artifacts", key=key).bucket,
            logging=BuildLogs(self, "BuildLogs", key=key).options,
            topic=Notifications(self, "Notifications", key=key, approvers=settings.approvers).topic,
        )
        CfnOutput(self, "PipelineName", value=delivery.pipeline.pipeline_name)
