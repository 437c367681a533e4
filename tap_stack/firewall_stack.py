"""The firewall of a stage outside of the one region that CloudFront takes web ACLs from."""

from aws_cdk import Environment, Stack
from constructs import Construct

from compliance.removal import declare_removal
from tap_stack.key import EncryptionKey
from tap_stack.settings import EDGE_REGION, StageSettings
from tap_stack.web_acl import WebAcl


class FirewallStack(Stack):
    """The web ACL and its log, under a key of their own: a key serves one region.

    The workload's stack refers to them, and CloudFormation reads their ARNs from this stack's outputs when it deploys
    that one (``Fn::GetStackOutput``, docs/decisions/0009).
    """

    def __init__(self, scope: Construct, id_: str, *, settings: StageSettings) -> None:
        """Build the firewall of the stage that ``settings`` describe, whose region is another."""
        super().__init__(
            scope,
            id_,
            stack_name=settings.firewall_stack_name,
            description=f"Web application firewall of the TAP financial services app, {settings.name}",
            env=Environment(account=settings.account, region=EDGE_REGION),
            termination_protection=settings.termination_protection,
        )
        declare_removal(self, settings.removal_policy)
        key = EncryptionKey(self, "Encryption", settings=settings, services=()).key
        self.web_acl = WebAcl(self, "WebAcl", key=key, settings=settings)
