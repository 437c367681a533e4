"""NAT gateways, as CloudFormation makes them and as EC2 describes them."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import re
from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions.addresses import resource_id

TYPE = "AWS::EC2::NatGateway"
CREATE_ONLY = ("AllocationId", "ConnectivityType", "PrivateIpAddress", "SubnetId")
Response = tuple[int, dict[str, str], bytes]

_describe_nat_gateways = ec2._describe_nat_gateways


def install(_config: EmulatorConfig) -> None:
    """Register the type, and describe gateways with their addresses."""
    hooks.register_resource_type(TYPE, NatGateway(), create_only=CREATE_ONLY, tags="list")
    ec2._ACTION_MAP["DescribeNatGateways"] = describe_nat_gateways


class NatGateway:
    """``AWS::EC2::NatGateway``: takes its address, and gives it back."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Put a gateway into a subnet."""
        wanted = request.properties
        subnet = ec2._subnets.get(wanted["SubnetId"])
        if subnet is None:
            raise ValueError(f"The subnet ID '{wanted['SubnetId']}' does not exist")
        address = _free_address(wanted)
        gateway = resource_id("nat")
        ec2._nat_gateways[gateway] = {
            "NatGatewayId": gateway,
            "SubnetId": wanted["SubnetId"],
            "VpcId": subnet["VpcId"],
            "AllocationId": wanted.get("AllocationId", ""),
            "ConnectivityType": wanted.get("ConnectivityType", "public"),
            "State": "available",
            "CreateTime": ec2._now_ts(),
            "Tags": wanted.get("Tags", []),
        }
        if address is not None:
            address["AssociationId"] = resource_id("eipassoc")
        provisioners._ec2_apply_tags(gateway, wanted)
        return hooks.Resource(gateway, {"NatGatewayId": gateway})

    def update(self, resource_id: str, previous: hooks.Properties, request: hooks.ResourceRequest) -> hooks.Resource:
        """Change the tags."""
        provisioners._ec2_apply_tags(resource_id, request.properties, previous)
        return hooks.Resource(resource_id, {"NatGatewayId": resource_id})

    def delete(self, resource_id: str, _properties: hooks.Properties) -> None:
        """Remove the gateway and free its address."""
        gateway = ec2._nat_gateways.pop(resource_id, None)
        ec2._tags.pop(resource_id, None)
        address = ec2._addresses.get(gateway["AllocationId"]) if gateway else None
        if address:
            address["AssociationId"] = None


def _free_address(properties: hooks.Properties) -> dict[str, Any] | None:
    """Return the record of the address that a public gateway wants; a private one wants none."""
    if properties.get("ConnectivityType") == "private":
        return None
    allocation = properties.get("AllocationId")
    address: dict[str, Any] | None = ec2._addresses.get(allocation)
    if address is None:
        raise ValueError(f"The allocation ID '{allocation}' does not exist")
    if address["AssociationId"]:
        raise ValueError(f"The allocation ID '{allocation}' is already in use")
    return address


def describe_nat_gateways(parameters: dict[str, Any]) -> Response:
    """Answer DescribeNatGateways with each gateway's address, which MiniStack leaves out."""
    status, headers, body = _describe_nat_gateways(parameters)

    def with_address(match: re.Match[bytes]) -> bytes:
        gateway = ec2._nat_gateways.get(match[1].decode())
        address = ec2._addresses.get(gateway["AllocationId"]) if gateway else None
        if not address:
            return match[0]
        item = (
            f"<item><allocationId>{address['AllocationId']}</allocationId>"
            f"<publicIp>{address['PublicIp']}</publicIp></item>"
        )
        filled = f"<natGatewayAddressSet>{item}</natGatewayAddressSet>".encode()
        return match[0].replace(b"<natGatewayAddressSet/>", filled)

    pattern = rb"<natGatewayId>([^<]+)</natGatewayId>.*?<natGatewayAddressSet/>"
    return status, headers, re.sub(pattern, with_address, body, flags=re.DOTALL)
