"""Security-group rules that stand as resources of their own."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

CREATE_ONLY = (
    "CidrIp",
    "CidrIpv6",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
    "FromPort",
    "GroupId",
    "GroupName",
    "IpProtocol",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourceSecurityGroupOwnerId",
    "ToPort",
)


def install(_config: EmulatorConfig) -> None:
    """Register ingress and egress."""
    hooks.register_resource_type("AWS::EC2::SecurityGroupIngress", Rule(egress=False), create_only=CREATE_ONLY)
    hooks.register_resource_type("AWS::EC2::SecurityGroupEgress", Rule(egress=True), create_only=CREATE_ONLY)


class Rule:
    """One rule of a group, in the group's own list."""

    def __init__(self, *, egress: bool) -> None:
        """Say which way the rules look."""
        self._egress = egress
        self._list = "IpPermissionsEgress" if egress else "IpPermissions"

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Add the rule; one that exists already is an error, as in EC2."""
        group, wanted = self._group(request.properties), self._permission(request.properties)
        rules = group.setdefault(self._list, [])
        if any(ec2._rules_match(wanted, rule) for rule in rules):
            raise ValueError(f"the specified rule already exists in {group['GroupId']}")
        rules.append(wanted)
        return self._resource(group, wanted)

    def update(self, resource_id: str, previous: hooks.Properties, request: hooks.ResourceRequest) -> hooks.Resource:
        """Change the description, the one thing that can change."""
        group, wanted = self._group(request.properties), self._permission(request.properties)
        self.delete(resource_id, previous)
        group[self._list].append(wanted)
        return self._resource(group, wanted)

    def delete(self, _resource_id: str, properties: hooks.Properties) -> None:
        """Remove the rule from its group, where that still exists."""
        group = ec2._security_groups.get(properties["GroupId"])
        if group:
            unwanted = self._permission(properties)
            group[self._list] = [rule for rule in group.get(self._list, []) if not ec2._rules_match(unwanted, rule)]

    def _resource(self, group: dict[str, Any], rule: dict[str, Any]) -> hooks.Resource:
        rule_id = ec2._sg_rule_id(group["GroupId"], self._egress, rule)
        return hooks.Resource(rule_id, {"Id": rule_id})

    @staticmethod
    def _group(properties: hooks.Properties) -> dict[str, Any]:
        group: dict[str, Any] | None = ec2._security_groups.get(properties["GroupId"])
        if group is None:
            raise ValueError(f"The security group '{properties['GroupId']}' does not exist")
        return group

    @staticmethod
    def _permission(properties: hooks.Properties) -> dict[str, Any]:
        permission: dict[str, Any]
        (permission,) = provisioners._ec2_sg_permissions([properties])
        return permission
