"""Counts what an account still holds after its stage was deleted: of every type that its templates had."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

Client = Callable[[str], Any]

BOOTSTRAP = "cdk-"
"""What `cdk bootstrap` made begins so."""
EDGE_REGION = "us-east-1"


def leftovers(client: Client, types: Collection[str]) -> Mapping[str, list[str]]:
    """Return the names of what is left by type, and of what the ``types`` leave behind without naming it.

    Types of which nothing is left are not in it. A type that nobody has said how to count is an error.
    """
    unknown = sorted(set(types) - LISTED.keys() - PARTS.keys())
    assert not unknown, f"say how to count what is left of {', '.join(unknown)}"
    counted = {*types, *(PARTS[type_] for type_ in types if type_ in PARTS)} - PARTS.keys() | BESIDE
    found = {type_: [name for name in LISTED[type_](client) if not name.startswith(BOOTSTRAP)] for type_ in counted}
    return {type_: names for type_, names in found.items() if names}


def listed(service: str, operation: str, members: str, name: str, **arguments: Any) -> Callable[[Client], list[str]]:
    """Name what a service lists: ``members`` leads to the list in its answer, ``name`` to the name of a member."""

    def names(client: Client) -> list[str]:
        answer = getattr(client(service), operation)(**arguments)
        for part in members.split("."):
            answer = answer.get(part, {})
        return [each[name] for each in answer or []]

    return names


def keys(client: Client) -> list[str]:
    """Those whose deletion is not scheduled: AWS has no faster way."""
    kms = client("kms")
    described = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    return [each["KeyId"] for each in described if each["KeyState"] != "PendingDeletion"]


def web_acls(client: Client) -> list[str]:
    """Those of CloudFront, which can be seen from one region alone."""
    waf = client("wafv2")
    if waf.meta.region_name != EDGE_REGION:
        return []
    return [each["Name"] for each in waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]]


def networks(client: Client) -> list[str]:
    """All but the one that every account has from the start."""
    return [each["VpcId"] for each in client("ec2").describe_vpcs()["Vpcs"] if not each["IsDefault"]]


def in_networks(operation: str, members: str, name: str) -> Callable[[Client], list[str]]:
    """Name what is in networks other than the one that every account has."""

    def names(client: Client) -> list[str]:
        found = getattr(client("ec2"), operation)()[members]
        return [each[name] for each in found if each.get("VpcId") in networks(client)]

    return names


def gateways(client: Client) -> list[str]:
    """Those for the internet that belong to no network, or to one of ours."""
    found = client("ec2").describe_internet_gateways()["InternetGateways"]
    ours = {*networks(client), None}
    attached = {each["InternetGatewayId"]: [a.get("VpcId") for a in each.get("Attachments", [])] for each in found}
    return [id_ for id_, vpcs in attached.items() if {*vpcs} & ours or not vpcs]


def nat_gateways(client: Client) -> list[str]:
    """Those that are not deleted: AWS shows these for an hour."""
    found = client("ec2").describe_nat_gateways()["NatGateways"]
    return [each["NatGatewayId"] for each in found if each["State"] != "deleted"]


def stacks(client: Client) -> list[str]:
    """All but the one of `cdk bootstrap`."""
    found = client("cloudformation").describe_stacks()["Stacks"]
    return [each["StackName"] for each in found if each["StackName"] != "CDKToolkit"]


def queues(client: Client) -> list[str]:
    """Queues, by their address."""
    return [*client("sqs").list_queues().get("QueueUrls", [])]


LISTED: Mapping[str, Callable[[Client], list[str]]] = {
    "AWS::CloudFormation::Stack": stacks,
    "AWS::CloudFront::Distribution": listed("cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    "AWS::CloudFront::OriginAccessControl": listed(
        "cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items", "Id"
    ),
    "AWS::EC2::EIP": listed("ec2", "describe_addresses", "Addresses", "PublicIp"),
    "AWS::EC2::FlowLog": listed("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    "AWS::EC2::InternetGateway": gateways,
    "AWS::EC2::LaunchTemplate": listed("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName"),
    "AWS::EC2::NatGateway": nat_gateways,
    "AWS::EC2::NetworkInterface": in_networks("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    "AWS::EC2::RouteTable": in_networks("describe_route_tables", "RouteTables", "RouteTableId"),
    "AWS::EC2::SecurityGroup": in_networks("describe_security_groups", "SecurityGroups", "GroupId"),
    "AWS::EC2::Subnet": in_networks("describe_subnets", "Subnets", "SubnetId"),
    "AWS::EC2::VPC": networks,
    "AWS::EC2::VPCEndpoint": listed("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "AWS::IAM::Group": listed("iam", "list_groups", "Groups", "GroupName"),
    "AWS::IAM::InstanceProfile": listed("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    "AWS::IAM::ManagedPolicy": listed("iam", "list_policies", "Policies", "PolicyName", Scope="Local"),
    "AWS::IAM::Role": listed("iam", "list_roles", "Roles", "RoleName"),
    "AWS::KMS::Key": keys,
    "AWS::Lambda::Function": listed("lambda", "list_functions", "Functions", "FunctionName"),
    "AWS::Logs::LogGroup": listed("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "AWS::Logs::ResourcePolicy": listed("logs", "describe_resource_policies", "resourcePolicies", "policyName"),
    "AWS::RDS::DBInstance": listed("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    "AWS::RDS::DBParameterGroup": listed(
        "rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"
    ),
    "AWS::RDS::DBSnapshot": listed("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier"),
    "AWS::RDS::DBSubnetGroup": listed("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    "AWS::S3::Bucket": listed("s3", "list_buckets", "Buckets", "Name"),
    "AWS::SQS::Queue": queues,
    "AWS::SecretsManager::Secret": listed("secretsmanager", "list_secrets", "SecretList", "Name"),
    "AWS::WAFv2::WebACL": web_acls,
}
"""How to name what an account holds of a type."""

PARTS: Mapping[str, str] = {
    "AWS::EC2::Route": "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroupEgress": "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress": "AWS::EC2::SecurityGroup",
    "AWS::EC2::SubnetRouteTableAssociation": "AWS::EC2::RouteTable",
    "AWS::EC2::VPCGatewayAttachment": "AWS::EC2::InternetGateway",
    "AWS::S3::BucketPolicy": "AWS::S3::Bucket",
    "AWS::SQS::QueuePolicy": "AWS::SQS::Queue",
    "AWS::WAFv2::LoggingConfiguration": "AWS::WAFv2::WebACL",
    "Custom::S3AutoDeleteObjects": "AWS::S3::Bucket",
    "Custom::VpcRestrictDefaultSG": "AWS::EC2::VPC",
}
"""Types whose resources are part of another's and go with it."""

BESIDE = {
    "AWS::CloudFormation::Stack",
    "AWS::EC2::NetworkInterface",
    "AWS::RDS::DBSnapshot",
    "AWS::SecretsManager::Secret",
}
"""What deployments make without a template that names it: the stacks themselves, and what services make for theirs."""
