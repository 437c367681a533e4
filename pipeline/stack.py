"""The stack that holds the delivery. It wires; the constructs build."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Environment, PermissionsBoundary, RemovalPolicy, Stack
from constructs import Construct

from compliance.removal import declare_removal
from pipeline.artifacts import Artifacts
from pipeline.build_logs import BuildLogs
from pipeline.delivery import Delivery
from pipeline.key import DeliveryKey
from pipeline.notifications import Notifications
from pipeline.settings import DeliverySettings
from pipeline.toolchain import Toolchain
from tap_stack.settings import StageSettings


class PipelineStack(Stack):
    """The pipeline, in the tools account. Deployed by hand once; from then on it deploys itself."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeliverySettings,
        stages: Sequence[StageSettings],
        toolchain: Toolchain,
    ) -> None:
        """Build the delivery that ``settings`` describe, through ``stages``, with the versions in ``toolchain``."""
        boundary = settings.permissions_boundary
        super().__init__(
            scope,
            id_,
            description=description(stages),
            env=Environment(account=settings.tools.account, region=settings.tools.region),
            termination_protection=True,
            # The stages are below this stack, and their roles are held by it as well.
            permissions_boundary=PermissionsBoundary.from_name(boundary) if boundary else None,
        )
        declare_removal(self, RemovalPolicy.RETAIN)
        key = DeliveryKey(self, "Key").key
        notifications = Notifications(self, "Notifications", key=key, approvers=settings.approvers)
        delivery = Delivery(
            self,
            "Delivery",
            settings=settings,
            toolchain=toolchain,
            stages=stages,
            artifacts=Artifacts(self, "Artifacts", key=key).bucket,
            logging=BuildLogs(self, "BuildLogs", key=key).options,
            topic=notifications.topic,
        )
        notifications.tell_of_failures(delivery.pipeline)
        CfnOutput(self, "PipelineName", value=delivery.pipeline.pipeline_name)


def description(stages: Sequence[StageSettings]) -> str:
    """Return the stack's description, which names the ``stages`` in their order."""
    *before, last = stages
    through = f" through {', '.join(stage.name for stage in before)} and" if before else ""
    approval = ", after approval," if last.approval_required else ""
    return f"The delivery: carries every push{through}{approval} to {last.name}"
