"""WAF associations: CloudFormation's type on top of the API that MiniStack has."""
# ruff: noqa: SLF001 - MiniStack's handlers have no public door

from ministack.services import waf

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.answers import require

TYPE = "AWS::WAFv2::WebACLAssociation"


def install(_config: EmulatorConfig) -> None:
    """Register the type."""
    hooks.register_resource_type(TYPE, WebAclAssociation(), create_only=("ResourceArn", "WebACLArn"))


class WebAclAssociation:
    """``AWS::WAFv2::WebACLAssociation``: its id is ``<resource>|<web ACL>``, as in AWS."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Associate the web ACL with the resource."""
        resource, acl = request.properties["ResourceArn"], request.properties["WebACLArn"]
        require(waf._associate_web_acl({"ResourceArn": resource, "WebACLArn": acl}))
        return hooks.Resource(f"{resource}|{acl}")

    def update(self, resource_id: str, _previous: hooks.Properties, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Keep it: every change is a replacement."""
        return hooks.Resource(resource_id)

    def delete(self, _resource_id: str, properties: hooks.Properties) -> None:
        """Dissolve the association."""
        waf._disassociate_web_acl({"ResourceArn": properties["ResourceArn"]})
