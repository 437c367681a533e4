"""One stage of the delivery: the workload in one account and region."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Environment, Stage
from constructs import Construct

from tap_stack.firewall_stack import FirewallStack
from tap_stack.settings import StageSettings
from tap_stack.stack import TapStack


class TapStage(Stage):
    """Holds the workload's stack and, outside of the region that CloudFront takes web ACLs from, the firewall's."""

    def __init__(self, scope: Construct, id_: str, *, settings: StageSettings) -> None:
        """Build the workload for ``settings``."""
        super().__init__(scope, id_, env=Environment(account=settings.account, region=settings.region))
        self.settings = settings
        firewall = FirewallStack(self, "Firewall", settings=settings) if settings.firewall_stack_name else None
        self.stack = TapStack(self, "Tap", settings=settings, firewall=firewall)

    @property
    def outputs(self) -> Mapping[str, CfnOutput]:
        """The stack's outputs by name, as steps of the pipeline take them (``env_from_cfn_outputs``)."""
        return self.stack.outputs
