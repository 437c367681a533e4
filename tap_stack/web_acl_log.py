"""The firewall's log."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from tap_stack.log_group import log_group
from tap_stack.settings import StageSettings

# Whoever reads these in a log could take over a session.
REDACTED_HEADERS = ("authorization", "cookie")


class WebAclLog(Construct):
    """A log group for one web ACL, with the permission that WAF would otherwise write itself and leave behind."""

    def __init__(
        self, scope: Construct, id_: str, *, acl: waf.CfnWebACL, key: kms.IKey, settings: StageSettings
    ) -> None:
        """Log what ``acl`` sees, without what would let a reader act as the sender."""
        super().__init__(scope, id_)
        # WAF logs to groups named so and to no others ("Logging AWS WAF web ACL traffic", AWS WAF Developer Guide).
        name = f"aws-waf-logs-{settings.stack_name}"
        self.group = log_group(self, "Group", key=key, settings=settings, name=name)
        permission = logs.ResourcePolicy(self, "Permission", policy_statements=[self._delivery()])
        logging = waf.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[self._destination(name)],
            redacted_fields=[
                waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in REDACTED_HEADERS
            ],
        )
        logging.node.add_dependency(self.group, permission)

    def _destination(self, name: str) -> str:
        """WAF takes the group's ARN without the ``:*`` that CloudFormation ends it with."""
        return Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )

    def _delivery(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[self.group.log_group_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:*"},
            },
        )
