"""What is charged for a resource by the month, whether it is used or not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cdk_cost.errors import CostError

Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Charge:
    """So many of a thing that the price table knows."""

    thing: str
    quantity: Decimal = Decimal(1)


def _database(properties: Properties) -> Iterator[Charge]:
    suffix = ", Multi-AZ" if properties.get("MultiAZ") else ""
    yield Charge(thing=f"database instance, {properties['DBInstanceClass']}{suffix}")
    storage = Decimal(str(properties["AllocatedStorage"]))
    yield Charge(thing=f"database storage, GB of {properties['StorageType']}{suffix}", quantity=storage)
    if properties.get("ManageMasterUserPassword"):
        yield Charge(thing="secret")


def _endpoint(properties: Properties) -> Iterator[Charge]:
    if properties.get("VpcEndpointType") == "Interface":
        yield Charge(thing="interface endpoint, each subnet", quantity=Decimal(len(properties["SubnetIds"])))


def _web_acl(properties: Properties) -> Iterator[Charge]:
    yield Charge(thing="web ACL")
    # A managed rule group counts as one rule (AWS WAF pricing).
    yield Charge(thing="web ACL rule", quantity=Decimal(len(properties["Rules"])))


def _one(thing: str) -> Callable[[Properties], Iterator[Charge]]:
    return lambda _properties: iter([Charge(thing=thing)])


CHARGED: Mapping[str, Callable[[Properties], Iterator[Charge]]] = {
    "AWS::CloudWatch::Alarm": _one("metric alarm"),
    "AWS::EC2::EIP": _one("public IPv4 address"),
    "AWS::EC2::NatGateway": _one("NAT gateway"),
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::KMS::Key": _one("customer managed key"),
    "AWS::RDS::DBInstance": _database,
    "AWS::SecretsManager::Secret": _one("secret"),
    "AWS::WAFv2::WebACL": _web_acl,
}

# Nothing, or by use alone: requests, bytes, events, minutes.
BY_USE = frozenset(
    {
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::EC2::FlowLog",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::Events::Rule",
        "AWS::IAM::Group",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::KMS::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::Logs::ResourcePolicy",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::SSM::Parameter",
        "AWS::WAFv2::LoggingConfiguration",
    }
)


def charges(kind: str, properties: Properties) -> list[Charge]:
    """Return what is charged by the month for a resource of type ``kind``.

    Raises:
        CostError: The type's cost is unknown.
    """
    if kind in CHARGED:
        return list(CHARGED[kind](properties))
    if kind in BY_USE or kind.startswith("Custom::"):
        return []
    raise CostError(f"the cost of {kind} is unknown; add the type to CHARGED or BY_USE in cdk_cost/charges.py")
