"""Who may talk to whom. Every rule of the workload is in this file."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from tap_stack.settings import StageSettings

HTTPS = ec2.Port.tcp(443)
DATABASE_PORT = 5433
"""PostgreSQL's port, moved off its default 5432 as AwsSolutions-RDS11 asks."""


class SecurityGroups(Construct):
    """One group for the instances, one for the function, one for the database; each closed but for its rules."""

    def __init__(self, scope: Construct, id_: str, *, vpc: ec2.IVpc, settings: StageSettings) -> None:
        """Build the groups and their rules."""
        super().__init__(scope, id_)
        self.instances = self._closed("Instances", vpc=vpc, description="TAP instances")
        self.function = self._closed("Function", vpc=vpc, description="TAP function")
        self.database = self._closed("Database", vpc=vpc, description="TAP database")
        # A database that outlives its stack holds on to its group: AWS would refuse to delete it.
        self.database.apply_removal_policy(settings.removal_policy)

        anywhere = ec2.Peer.any_ipv4()
        self.instances.add_egress_rule(anywhere, HTTPS, "HTTPS to Session Manager, packages and AWS APIs")
        self.function.add_egress_rule(anywhere, HTTPS, "HTTPS to Amazon S3 and AWS Secrets Manager")

        postgresql = ec2.Port.tcp(DATABASE_PORT)
        self.database.connections.allow_from(self.instances, postgresql, "PostgreSQL from the instances")
        self.database.connections.allow_from(self.function, postgresql, "PostgreSQL from the function")

    def _closed(self, id_: str, *, vpc: ec2.IVpc, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, id_, vpc=vpc, description=description, allow_all_outbound=False)
