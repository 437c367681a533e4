"""The web application firewall in front of CloudFront."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from tap_stack.settings import StageSettings
from tap_stack.web_acl_log import WebAclLog

MANAGED_RULE_SETS = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")


class WebAcl(Construct):
    """AWS's common and known-bad-inputs rule sets; what they look at is logged."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, settings: StageSettings) -> None:
        """Build the web ACL; its log is encrypted with ``key``."""
        super().__init__(scope, id_)
        self.acl = waf.CfnWebACL(
            self,
            "Acl",
            description="Requests to the TAP distribution",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow=waf.CfnWebACL.AllowActionProperty()),
            visibility_config=_visibility("TapWebAcl"),
            rules=[_managed(name, priority=priority) for priority, name in enumerate(MANAGED_RULE_SETS)],
        )
        self.log = WebAclLog(self, "Log", acl=self.acl, key=key, settings=settings)


def _managed(name: str, *, priority: int) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(vendor_name="AWS", name=name)
        ),
        visibility_config=_visibility(name),
    )


def _visibility(metric: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=True
    )
