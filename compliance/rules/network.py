"""Every way through a security group is explained, and none lets in more than the network."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, Final

from compliance.rules.rule import Breach, Rule
from compliance.templates import Resource, Template, as_list

INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
GROUP = "AWS::EC2::SecurityGroup"
ADDRESSES = ("CidrIp", "CidrIpv6")


def _ways(template: Template, *, kind: str, list_: str) -> Iterator[tuple[str, str, Resource]]:
    """The rules of groups, within them and apart: logical id, location and the rule itself."""
    for id_, found in template.of_type(kind):
        yield id_, "Properties", found
    for id_, found in template.of_type(GROUP):
        for index, way in enumerate(as_list(found.get(list_))):
            yield id_, f"Properties.{list_}.{index}", way


def _ingress(template: Template) -> Iterator[tuple[str, str, Resource]]:
    return _ways(template, kind=INGRESS, list_="SecurityGroupIngress")


def _unexplained(template: Template) -> Iterator[Breach]:
    egress = _ways(template, kind=EGRESS, list_="SecurityGroupEgress")
    for id_, location, way in (*_ingress(template), *egress):
        if not way.get("Description"):
            yield Breach(resource=id_, location=location, what="add a description that says what the rule is for")


def _too_wide(template: Template) -> Iterator[Breach]:
    networks = {id_: found.get("CidrBlock") for id_, found in template.of_type("AWS::EC2::VPC")}
    for id_, location, way in _ingress(template):
        for name in ADDRESSES:
            if name in way and not _within(way[name], networks):
                what = f"{name} {way[name]} is wider than the VPC; name a group or addresses within the VPC"
                yield Breach(resource=id_, location=f"{location}.{name}", what=what)


def _within(addresses: Any, networks: dict[str, Any]) -> bool:
    if isinstance(addresses, dict):
        return addresses.get("Fn::GetAtt", [None])[0] in networks
    wanted = ip_network(addresses)
    known = [ip_network(block) for block in networks.values() if isinstance(block, str)]
    return any(wanted.version == block.version and wanted.subnet_of(block) for block in known)  # type: ignore[arg-type] # of one version by then


RULE_DESCRIPTION: Final = Rule(
    name="RuleDescription",
    says="Every rule of a security group says what it is for.",
    source="NIST SP 800-53 R5 CM-6, SC-7; PCI DSS 1.1.6 (business justification of every service, protocol and port)",
    breaches=_unexplained,
)
INGRESS_WIDTH: Final = Rule(
    name="Ingress",
    says="No security group lets in addresses from outside its VPC.",
    source="NIST SP 800-53 R5 AC-4, SC-7(5); PCI DSS 1.3",
    breaches=_too_wide,
)
