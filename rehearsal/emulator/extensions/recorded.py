"""What is only recorded, and says so: types that nothing stands behind, and a list of every such resource made.

MiniStack refuses a type that it does not know, by name. A type that is kept but does nothing in a rehearsal is listed
in :data:`RECORDED` with what is missing, and each resource of it is a line in ``<state dir>/recorded.json`` for as long
as it exists, so that whoever drives the rehearsal can name it to the user.
"""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

import json
import uuid
from pathlib import Path
from typing import Any

from ministack.services.cloudformation import provisioners, stacks

from rehearsal.emulator import hooks
from rehearsal.emulator.config import EmulatorConfig

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

_provision = provisioners._provision_resource
_delete = provisioners._delete_resource


def recorded_types() -> dict[str, str]:
    """Return the CloudFormation types that are only recorded, each with what is missing behind it."""
    return dict(RECORDED)


def install(config: EmulatorConfig) -> None:
    """Register the types that MiniStack lacks, and keep the list."""
    for name, reason in RECORDED.items():
        if name not in provisioners._RESOURCE_HANDLERS:
            hooks.register_resource_type(name, RecordedResource(name, reason))
    ledger = Ledger(config.state_dir / "recorded.json")

    def provision(resource_type: str, logical_id: str, properties: hooks.Properties, stack: str) -> Any:
        made = _provision(resource_type, logical_id, properties, stack)
        ledger.add(resource_type, logical_id, stack, made[0])
        return made

    def delete(resource_type: str, resource_id: str, *rest: Any) -> None:
        _delete(resource_type, resource_id, *rest)
        ledger.remove(resource_type, resource_id)

    for module in (provisioners, stacks):
        module._provision_resource = provision
        module._delete_resource = delete


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


class Ledger:
    """The resources that are only recorded, a line of JSON each.

    Its members: type, logical_id, stack, account, region, id (what Ref answers) and reason.
    """

    def __init__(self, path: Path) -> None:
        """Continue what an earlier run of the same emulator wrote."""
        self._path = path
        self._entries: list[dict[str, str]] = (
            [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        )

    def add(self, resource_type: str, logical_id: str, stack: str, resource_id: str) -> None:
        """Note a new resource, if its type is only recorded."""
        if resource_type in RECORDED:
            self._entries.append(
                {
                    "type": resource_type,
                    "logical_id": logical_id,
                    "stack": stack,
                    "account": hooks.account(),
                    "region": hooks.region(),
                    "id": resource_id,
                    "reason": RECORDED[resource_type],
                }
            )
            self._write()

    def remove(self, resource_type: str, resource_id: str) -> None:
        """Forget a resource that was deleted."""
        if resource_type in RECORDED:
            gone = (resource_type, resource_id, hooks.account(), hooks.region())
            self._entries = [e for e in self._entries if (e["type"], e["id"], e["account"], e["region"]) != gone]
            self._write()

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text("".join(json.dumps(entry) + "\n" for entry in self._entries))
        draft.replace(self._path)
