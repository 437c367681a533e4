"""What differs from stage to stage, in one typed object."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

EDGE_REGION = "us-east-1"
"""The one region that CloudFront takes web ACLs and certificates from (AWS WAF Developer Guide, "Using AWS WAF with
Amazon CloudFront")."""


@dataclass(frozen=True, kw_only=True)
class ViewerDomain:
    """A domain name of the stage's own in front of CloudFront, and its ACM certificate in us-east-1."""

    name: str
    certificate_arn: str


@dataclass(frozen=True, kw_only=True)
class StageProfile:
    """The size and the protections of a stage: everything that differs between stages but where they are.

    Attributes:
        approval_required: Whether a person says yes before the stage is deployed.
        termination_protection: Whether CloudFormation refuses to delete the stack.
        removal_policy: What becomes of key, database, buckets and log groups when the stack goes.
        auto_empty_buckets: Whether buckets are emptied before they are deleted. Needs ``DESTROY``.
        deletion_protection: Whether RDS refuses to delete the database, and CloudWatch Logs the log groups.
        delete_automated_backups: Whether the database's automated backups go with it.
        multi_az: Whether the database has a standby in the other zone.
        backup_days: Days that RDS keeps its daily backups and can restore the database to any second of, 1 to 35.
        monthly_backup_days: Days that AWS Backup keeps one copy of the database a month, in a vault beside daily ones;
            0 for no plan. A vault with copies in it can't be deleted.
        enhanced_monitoring: Whether RDS reports the operating system under the database. It writes to one log group per
            account and Region, which this stage then owns.
        nat_gateways: NAT gateways; two is one a zone.
        zone_ids: The two Availability Zones by id, such as ``use1-az1``; None for the first two that CloudFormation
            lists, which are zones with a default subnet (docs/decisions/0004). A change replaces every subnet.
        log_retention: How long every log group keeps its events.
        access_log_days: Days that access logs of buckets and of CloudFront stay in the log bucket.
        key_pending_window_days: Days between asking for the key's deletion and its end, 7 to 30.
        reserved_concurrency: Concurrent executions set aside for the function; None for none. AWS keeps 100 of an
            account's quota unreserved, so a new account (quota 10) has to raise its quota first.
        instance_class: EC2 instance type of the launch template.
        database_class: Instance class of the database, without the ``db.`` before it.
        denied_countries: ISO 3166-1 codes of the countries that CloudFront does not serve. The default is the
            countries under comprehensive sanctions of the United States Treasury's OFAC.
        domain: The stage's own domain name; without one CloudFront's ``*.cloudfront.net`` name is used.
    """

    approval_required: bool
    termination_protection: bool
    removal_policy: RemovalPolicy
    auto_empty_buckets: bool
    deletion_protection: bool
    delete_automated_backups: bool
    multi_az: bool
    backup_days: int
    monthly_backup_days: int
    enhanced_monitoring: bool
    nat_gateways: int
    log_retention: logs.RetentionDays
    access_log_days: int
    key_pending_window_days: int
    reserved_concurrency: int | None
    instance_class: str = "t3.micro"
    database_class: str = "t3.micro"
    denied_countries: tuple[str, ...] = ("CU", "IR", "KP")
    domain: ViewerDomain | None = None
    zone_ids: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class StageSettings(StageProfile):
    """One stage: its profile, and where it is. Nothing else in the workload knows which stage it is built for.

    Attributes:
        name: What the stage is called; physical names start with it, so it is unique in its account.
        account: The account that the stage lives in, 12 digits.
        region: The region that the stage lives in.
        tools_account: The account of the pipeline, whose checks may assume the stage's check role.
    """

    name: str
    account: str
    region: str
    tools_account: str

    @property
    def construct_id(self) -> str:
        """The id of the stage's construct, which also names the pipeline's stage: ``Dev``."""
        return self.name.capitalize()

    @property
    def stack_name(self) -> str:
        """The stack's name in CloudFormation; the database, whose log groups must exist before it, shares it."""
        return f"{self.name}-tap"

    @property
    def removal_once_created(self) -> RemovalPolicy:
        """The removal policy of what a failed first deployment can delete again: it is retained from then on.

        Not for a resource that AWS refuses to delete, such as a protected log group or a bucket that has received
        logs, nor for one that such a resource needs: the rollback would end in ROLLBACK_FAILED ("DeletionPolicy
        attribute", CloudFormation Template Reference).
        """
        retained = self.removal_policy is RemovalPolicy.RETAIN
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if retained else self.removal_policy

    @property
    def firewall_stack_name(self) -> str | None:
        """The name of the stack in ``EDGE_REGION`` that has the web ACL; None where the stage's own stack has it."""
        return None if self.region == EDGE_REGION else f"{self.stack_name}-firewall"

    @property
    def stacks(self) -> tuple[str, ...]:
        """Every stack of the stage as region/name, in the order of deployment."""
        firewall = [f"{EDGE_REGION}/{self.firewall_stack_name}"] if self.firewall_stack_name else []
        return *firewall, f"{self.region}/{self.stack_name}"

    @property
    def check_role_name(self) -> str:
        """The name of the role that the pipeline's checks assume; the pipeline grants it by name."""
        return f"{self.stack_name}-check"

    @property
    def protection_role_name(self) -> str:
        """The name of the role that protects the stacks against deletion; the pipeline grants it by name."""
        return f"{self.stack_name}-protection"
