"""VPC flow logs: recorded in EC2 with their destination and role."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import re
from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions.addresses import resource_id

TYPE = "AWS::EC2::FlowLog"
CREATE_ONLY = (
    "DeliverCrossAccountRole",
    "DeliverLogsPermissionArn",
    "DestinationOptions",
    "LogDestination",
    "LogDestinationType",
    "LogFormat",
    "LogGroupName",
    "MaxAggregationInterval",
    "ResourceId",
    "ResourceType",
    "TrafficType",
)

Response = tuple[int, dict[str, str], bytes]
DELIVERY = ("DeliverLogsPermissionArn", "LogGroupName")

_describe_flow_logs = ec2._describe_flow_logs


def install(_config: EmulatorConfig) -> None:
    """Register the type."""
    hooks.register_resource_type(TYPE, FlowLog(), create_only=CREATE_ONLY, tags="list")
    ec2._ACTION_MAP["DescribeFlowLogs"] = describe_flow_logs


class FlowLog:
    """``AWS::EC2::FlowLog``."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Record the flow log of a VPC, subnet or network interface that exists."""
        wanted = request.properties
        stores = {"VPC": ec2._vpcs, "Subnet": ec2._subnets, "NetworkInterface": ec2._network_interfaces}
        if wanted["ResourceId"] not in stores.get(wanted["ResourceType"], ()):
            raise ValueError(f"{wanted['ResourceType']} {wanted['ResourceId']} does not exist")
        flow_log = resource_id("fl")
        ec2._flow_logs[flow_log] = {
            "FlowLogId": flow_log,
            "ResourceId": wanted["ResourceId"],
            "ResourceType": wanted["ResourceType"],
            "TrafficType": wanted.get("TrafficType", "ALL"),
            "LogDestinationType": wanted.get("LogDestinationType", "cloud-watch-logs"),
            "LogDestination": wanted.get("LogDestination", ""),
            "LogGroupName": wanted.get("LogGroupName", ""),
            "DeliverLogsPermissionArn": wanted.get("DeliverLogsPermissionArn", ""),
            "FlowLogStatus": "ACTIVE",
            "CreationTime": ec2._now_ts(),
        }
        provisioners._ec2_apply_tags(flow_log, wanted)
        return hooks.Resource(flow_log, {"Id": flow_log})

    def update(self, resource_id: str, previous: hooks.Properties, request: hooks.ResourceRequest) -> hooks.Resource:
        """Change the tags."""
        provisioners._ec2_apply_tags(resource_id, request.properties, previous)
        return hooks.Resource(resource_id, {"Id": resource_id})

    def delete(self, resource_id: str, _properties: hooks.Properties) -> None:
        """Remove it."""
        ec2._flow_logs.pop(resource_id, None)
        ec2._tags.pop(resource_id, None)


def describe_flow_logs(parameters: dict[str, Any]) -> Response:
    """Answer DescribeFlowLogs with the log group and the delivery role, which MiniStack leaves out."""
    status, headers, body = _describe_flow_logs(parameters)

    def with_delivery(match: re.Match[bytes]) -> bytes:
        record = ec2._flow_logs.get(match[1].decode()) or {}
        members = {
            "logGroupName": record.get("LogGroupName"),
            "deliverLogsPermissionArn": record.get("DeliverLogsPermissionArn"),
        }
        return match[0] + "".join(f"<{name}>{value}</{name}>" for name, value in members.items() if value).encode()

    return status, headers, re.sub(rb"<flowLogId>([^<]+)</flowLogId>", with_delivery, body)
