"""The network: two zones, three tiers, and a record of every connection."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import CustomResource, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from compliance.acknowledgements import acknowledge
from compliance.names import in_nist_and_pci
from tap_stack.log_group import log_group
from tap_stack.settings import StageSettings
from tap_stack.trust import FOR_THIS_ACCOUNT

PUBLIC = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)


class Network(Construct):
    """A VPC with public, private and isolated subnets, an emptied default security group and flow logs."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, settings: StageSettings) -> None:
        """Build the VPC; its flow logs are encrypted with ``key``."""
        super().__init__(scope, id_)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            nat_gateways=settings.nat_gateways,
            restrict_default_security_group=True,
            subnet_configuration=[
                # The NAT gateways bring their own addresses; nothing else is launched here.
                ec2.SubnetConfiguration(
                    name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=24),
                ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24),
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(
                    service=ec2.GatewayVpcEndpointAwsService.S3, subnets=[PRIVATE, ISOLATED]
                )
            },
        )
        self._keep_with_the_data(settings.removal_policy)
        if settings.zone_ids:
            self._place(settings.zone_ids)
        self._acknowledge()
        self.flow_logs = log_group(self, "FlowLogs", key=key, settings=settings)
        self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(self.flow_logs, self._flow_log_role()),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )

    def _keep_with_the_data(self, removal_policy: RemovalPolicy) -> None:
        """A database that outlives its stack holds on to its subnets: AWS would refuse to delete them.

        The default security group stays empty with the VPC: deleting the custom resource would put the rules back.
        """
        self.vpc.apply_removal_policy(removal_policy)
        emptied = cast(CustomResource, self.vpc.node.find_child("RestrictDefaultSecurityGroupCustomResource"))
        emptied.apply_removal_policy(removal_policy)
        for subnet in self.vpc.isolated_subnets:
            cast(ec2.CfnSubnet, subnet.node.find_child("Subnet")).apply_removal_policy(removal_policy)

    def _place(self, zone_ids: Sequence[str]) -> None:
        """Name the zones by ids, which are the same zones in every account; the library knows names alone."""
        for tier in (self.vpc.public_subnets, self.vpc.private_subnets, self.vpc.isolated_subnets):
            for subnet, zone_id in zip(tier, zone_ids, strict=True):
                resource = cast(ec2.CfnSubnet, subnet.node.find_child("Subnet"))
                resource.availability_zone = None
                resource.availability_zone_id = zone_id

    def _acknowledge(self) -> None:
        for subnet in self.vpc.public_subnets:
            acknowledge(
                subnet.node.find_child("DefaultRoute"),
                finding=in_nist_and_pci("VPCNoUnrestrictedRouteToIGW"),
                reason="The subnet of a NAT gateway needs this route ('NAT gateway basics', VPC User Guide), and "
                "nothing else is launched in it: it gives out no public address, and instances, function and database "
                "stand in tiers without a route to the internet gateway.",
            )

    def _flow_log_role(self) -> iam.IRole:
        role = iam.Role(
            self,
            "FlowLogRole",
            description="Writes the VPC's flow logs",
            assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com", conditions=FOR_THIS_ACCOUNT),
        )
        iam.ManagedPolicy(
            self,
            "FlowLogDelivery",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    resources=[self.flow_logs.log_group_arn],
                )
            ],
        )
        # The library would add the same permissions as a policy embedded in the role.
        return role.without_policy_updates()
