"""IAM: groups, and the permissions boundaries that MiniStack's CloudFormation drops."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import iam

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.answers import require


def install(_config: EmulatorConfig) -> None:
    """Register groups, and extend roles and users."""
    hooks.register_resource_type("AWS::IAM::Group", Group(), create_only=("GroupName", "Path"))
    hooks.extend_resource_type("AWS::IAM::Role", check=refuse_unknown_policies, applied=_bound(iam._roles))
    hooks.extend_resource_type("AWS::IAM::User", check=refuse_unknown_policies, applied=_bound(iam._users))


def refuse_unknown_policies(properties: hooks.Properties) -> None:
    """Refuse managed policies that do not exist, as IAM does."""
    wanted = [*properties.get("ManagedPolicyArns", []), properties.get("PermissionsBoundary")]
    for arn in wanted:
        if arn and iam._lookup_policy(arn) is None:
            raise ValueError(f"Policy {arn} does not exist or is not attachable.")


def _bound(store: Any) -> Any:
    def applied(name: str, properties: hooks.Properties, _attributes: Mapping[str, Any]) -> None:
        boundary = properties.get("PermissionsBoundary")
        if boundary:
            store[name]["PermissionsBoundary"] = boundary
        else:
            store[name].pop("PermissionsBoundary", None)

    return applied


class Group:
    """``AWS::IAM::Group``."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Create the group with its policies."""
        refuse_unknown_policies(request.properties)
        name = request.properties.get("GroupName") or hooks.physical_name(request.stack, request.logical_id)
        require(iam._create_group({"GroupName": [name], "Path": [request.properties.get("Path", "/")]}))
        self._apply(name, {}, request.properties)
        return self._resource(name)

    def update(self, resource_id: str, previous: hooks.Properties, request: hooks.ResourceRequest) -> hooks.Resource:
        """Change the policies."""
        refuse_unknown_policies(request.properties)
        self._apply(resource_id, previous, request.properties)
        return self._resource(resource_id)

    def delete(self, resource_id: str, properties: hooks.Properties) -> None:
        """Take the template's policies off and delete the group; one with users is refused, as in IAM."""
        if resource_id in iam._groups:
            if iam._groups[resource_id]["Users"]:
                raise ValueError(f"Cannot delete group {resource_id}: it still has users")
            self._apply(resource_id, properties, {})
            require(iam._delete_group({"GroupName": [resource_id]}))

    @staticmethod
    def _resource(name: str) -> hooks.Resource:
        return hooks.Resource(name, {"Arn": iam._groups[name]["Arn"]})

    @staticmethod
    def _apply(name: str, old: hooks.Properties, new: hooks.Properties) -> None:
        group = iam._groups[name]
        managed, kept = set(old.get("ManagedPolicyArns", [])), set(new.get("ManagedPolicyArns", []))
        for arn in sorted(managed - kept):
            iam.detach_managed_policy(group, arn)
        for arn in sorted(kept - managed):
            iam.attach_managed_policy(group, arn)
        inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in new.get("Policies", [])}
        for policy in old.get("Policies", []):
            if policy["PolicyName"] not in inline:
                iam._delete_group_policy({"GroupName": name, "PolicyName": policy["PolicyName"]})
        for policy_name, document in inline.items():
            text = document if isinstance(document, str) else json.dumps(document)
            require(iam._put_group_policy({"GroupName": name, "PolicyName": policy_name, "PolicyDocument": text}))
