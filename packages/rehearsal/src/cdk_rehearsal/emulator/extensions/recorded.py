"""What is only recorded, and says so: types that nothing stands behind, and a list of every such resource made.

MiniStack refuses a type that it does not know, by name. A type that is kept but does nothing in a rehearsal is listed
in :data:`RECORDED` with what is missing, and each resource of it is a line in ``<state dir>/recorded.json`` for as long
as it exists, so that whoever drives the rehearsal can name it to the user.
"""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

import uuid

from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.ledger import Ledger
from cdk_rehearsal.emulator.wiring.operations import observe_resources

_NO_PACKETS = "EC2 describes it; no packet passes it"
_NO_INSPECTION = "WAF describes it; no request is inspected"
_NO_API = "kept by CloudFormation alone; the service has no API here"
_LOCAL_GIT = "a local git repository stands for the provider"

RECORDED = {
    **dict.fromkeys(
        (
            "AWS::EC2::EIP",
            "AWS::EC2::FlowLog",
            "AWS::EC2::InternetGateway",
            "AWS::EC2::NatGateway",
            "AWS::EC2::Route",
            "AWS::EC2::RouteTable",
            "AWS::EC2::SecurityGroup",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::SecurityGroupIngress",
            "AWS::EC2::Subnet",
            "AWS::EC2::SubnetRouteTableAssociation",
            "AWS::EC2::VPC",
            "AWS::EC2::VPCEndpoint",
            "AWS::EC2::VPCGatewayAttachment",
        ),
        _NO_PACKETS,
    ),
    **dict.fromkeys(
        ("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::BackupVault"),
        "AWS Backup describes it; nothing is copied",
    ),
    "AWS::EC2::LaunchTemplate": "EC2 describes it; no instance starts from it",
    "AWS::RDS::DBParameterGroup": "RDS describes it; the PostgreSQL server keeps its own settings",
    "AWS::RDS::DBSubnetGroup": "RDS describes it; the PostgreSQL server listens on loopback",
    "AWS::CloudFront::CloudFrontOriginAccessIdentity": "CloudFront describes it; the origin does not ask for it",
    "AWS::CloudFront::OriginAccessControl": "CloudFront describes it; requests to the origin are not signed",
    "AWS::WAFv2::WebACL": _NO_INSPECTION,
    "AWS::WAFv2::WebACLAssociation": _NO_INSPECTION,
    "AWS::WAFv2::LoggingConfiguration": _NO_API,
    "AWS::CodeConnections::Connection": _LOCAL_GIT,
    "AWS::CodeStarConnections::Connection": _LOCAL_GIT,
    "AWS::Budgets::Budget": _NO_API,
    "AWS::CloudTrail::Trail": _NO_API,
    "AWS::CloudWatch::CompositeAlarm": _NO_API,
    "AWS::CodeStarNotifications::NotificationRule": _NO_API,
    "AWS::GuardDuty::Detector": _NO_API,
    "AWS::SecretsManager::RotationSchedule": "kept by CloudFormation alone; nothing rotates",
}


def install(config: EmulatorConfig) -> None:
    """Register the types that MiniStack lacks, and keep the list."""
    for name, reason in RECORDED.items():
        if name not in provisioners._RESOURCE_HANDLERS:
            hooks.register_resource_type(name, RecordedResource(name, reason))
    ledger = Ledger(config.state_dir / "recorded.json", RECORDED)

    observe_resources(after=ledger.note)


class RecordedResource:
    """A resource of which CloudFormation keeps the properties, and nobody else."""

    def __init__(self, name: str, reason: str) -> None:
        """Say which type it stands for, and what is missing behind it."""
        self._kind = name.rsplit("::", 1)[-1]
        self.reason = reason

    def create(self, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Give it an id."""
        resource_id = f"{self._kind}-{uuid.uuid4().hex[:12]}"
        return hooks.Resource(resource_id, {"Id": resource_id, "Arn": resource_id})

    def update(self, resource_id: str, _previous: hooks.Properties, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Keep its id."""
        return hooks.Resource(resource_id, {"Id": resource_id, "Arn": resource_id})

    def delete(self, resource_id: str, properties: hooks.Properties) -> None:
        """Do nothing: CloudFormation's own record was all there was."""
