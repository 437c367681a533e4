"""The workload's stack: it wires what the other modules build."""

from aws_cdk import Aws, Fn, Stack
from constructs import Construct

from compliance.removal import declare_removal
from tap_stack.backups import Backups
from tap_stack.bucket import Storage
from tap_stack.check_permissions import CheckPermissions
from tap_stack.check_role import CheckRole
from tap_stack.database import Database
from tap_stack.dead_letters import DeadLetters
from tap_stack.edge import Edge
from tap_stack.firewall_stack import FirewallStack
from tap_stack.function import TapFunction
from tap_stack.key import EncryptionKey, services_of
from tap_stack.launch_template import Instances
from tap_stack.network import Network
from tap_stack.operators import Operators
from tap_stack.outputs import outputs
from tap_stack.protection_role import ProtectionRole
from tap_stack.provider_logs import ProviderLogs
from tap_stack.security_groups import SecurityGroups
from tap_stack.settings import StageSettings

ZONES = 2


class TapStack(Stack):
    """The TAP financial services application, for one stage."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: StageSettings, firewall: FirewallStack | None = None
    ) -> None:
        """Wire the workload as ``settings`` say, behind the ``firewall`` of another region if there is one."""
        super().__init__(
            scope,
            id_,
            stack_name=settings.stack_name,
            description=f"TAP financial services app, {settings.name}",
            termination_protection=settings.termination_protection,
        )
        declare_removal(self, settings.removal_policy)
        key = EncryptionKey(self, "Encryption", settings=settings, services=services_of(settings)).key
        network = Network(self, "Network", key=key, settings=settings)
        vpc = network.vpc
        groups = SecurityGroups(self, "SecurityGroups", vpc=vpc, settings=settings)
        storage = Storage(self, "Storage", key=key, settings=settings)
        database = Database(self, "Database", vpc=vpc, security_group=groups.database, key=key, settings=settings)
        if settings.monthly_backup_days:
            Backups(self, "Backups", database=database.instance, key=key, settings=settings)
        function = TapFunction(
            self,
            "Function",
            vpc=vpc,
            security_group=groups.function,
            bucket=storage.bucket,
            database=database,
            key=key,
            settings=settings,
        )
        DeadLetters(self, "DeadLetters", function=function.function, key=key, settings=settings)
        Instances(self, "Instances", security_group=groups.instances, key=key, settings=settings)
        edge = Edge(
            self,
            "Edge",
            bucket=storage.bucket,
            log_bucket=storage.log_bucket,
            key=key,
            settings=settings,
            web_acl=firewall.web_acl if firewall else None,
        )
        Operators(
            self,
            "Operators",
            bucket=storage.bucket,
            database=database.instance,
            function=function.function,
            distribution=edge.distribution,
            web_acl=edge.web_acl.acl,
            log_groups=[network.flow_logs, function.log_group, edge.web_acl.log.group, *database.log_groups],
        )
        check_role = CheckRole(self, "CheckRole", settings=settings).role
        CheckPermissions(
            self,
            "Checks",
            role=check_role,
            function=function.function,
            database=database,
            bucket=storage.bucket,
            edge=edge,
        )
        if settings.termination_protection:
            stacks = [self, firewall] if firewall else [self]
            ProtectionRole(self, "Protection", stacks=stacks, settings=settings)
        ProviderLogs(self, "ProviderLogs", key=key, settings=settings)
        self.outputs = outputs(
            self,
            {
                "VpcId": (vpc.vpc_id, "The VPC"),
                "DatabaseEndpoint": (database.instance.db_instance_endpoint_address, "Host name of the database"),
                "DatabaseSecretArn": (database.secret.secret_arn, "Secret with the database's master credentials"),
                "S3BucketName": (storage.bucket.bucket_name, "The data bucket"),
                "CloudFrontDomain": (edge.distribution.distribution_domain_name, "Domain name of the distribution"),
                "LambdaFunctionName": (function.function.function_name, "The function"),
                "StackName": (Aws.STACK_NAME, "The stack itself"),
                "RemovalPolicy": (settings.removal_policy.name, "What is promised for data when the stack goes"),
                "LogRetention": (settings.log_retention.name, "How long log groups promise to keep events"),
                "CheckRoleArn": (check_role.role_arn, "Role of the pipeline's checks"),
            },
        )

    @property
    def availability_zones(self) -> list[str]:
        """Two zones, chosen when the stack is deployed: the library would look them up in the account at synth."""
        return [Fn.select(index, Fn.get_azs()) for index in range(ZONES)]
