"""Elastic IP addresses."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import uuid

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

TYPE = "AWS::EC2::EIP"
CREATE_ONLY = ("Address", "NetworkBorderGroup", "TransferAddress")


def install(_config: EmulatorConfig) -> None:
    """Register the type."""
    hooks.register_resource_type(TYPE, ElasticIp(), create_only=CREATE_ONLY, tags="list")


def resource_id(prefix: str) -> str:
    """Return an id as EC2 gives them: a prefix and 17 hexadecimal digits."""
    return f"{prefix}-{uuid.uuid4().hex[:17]}"


class ElasticIp:
    """``AWS::EC2::EIP``: Ref is the public address."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Allocate an address."""
        allocation, address = resource_id("eipalloc"), ec2._random_ip("52.")
        ec2._addresses[allocation] = {
            "AllocationId": allocation,
            "PublicIp": address,
            "Domain": "vpc",
            "AssociationId": None,
            "InstanceId": None,
            "NetworkInterfaceId": None,
            "PrivateIpAddress": None,
        }
        provisioners._ec2_apply_tags(allocation, request.properties)
        return self._resource(allocation, address)

    def update(self, resource_id: str, previous: hooks.Properties, request: hooks.ResourceRequest) -> hooks.Resource:
        """Change the tags; nothing else of an address can change in place."""
        allocation = _allocation_of(resource_id)
        if allocation is None:
            raise ValueError(f"The address {resource_id} does not exist")
        provisioners._ec2_apply_tags(allocation, request.properties, previous)
        return self._resource(allocation, resource_id)

    def delete(self, resource_id: str, _properties: hooks.Properties) -> None:
        """Release the address, unless something still uses it."""
        allocation = _allocation_of(resource_id)
        if allocation is None:
            return
        if ec2._addresses[allocation]["AssociationId"]:
            raise ValueError(f"The address {resource_id} is in use by a network interface")
        del ec2._addresses[allocation]
        ec2._tags.pop(allocation, None)

    @staticmethod
    def _resource(allocation: str, address: str) -> hooks.Resource:
        return hooks.Resource(address, {"AllocationId": allocation, "PublicIp": address})


def _allocation_of(address: str) -> str | None:
    return next((key for key, record in ec2._addresses.items() if record["PublicIp"] == address), None)
