"""What a change lets in or out of the network: security groups, network ACLs, and routes."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_assembly import Assembly, Resource, Stack
from cdk_verdict.diffing import key_of
from cdk_verdict.model import Kind, Observation, Outcome, Subject, Witness
from cdk_verdict.pairs import Pair, pairs

GROUP: Final = "AWS::EC2::SecurityGroup"
RULES: Final = {"AWS::EC2::SecurityGroupIngress": "in", "AWS::EC2::SecurityGroupEgress": "out"}
ANY_PROTOCOL: Final = "-1"
ALL_PORTS: Final = (0, 65535)
EVERYWHERE: Final = ("0.0.0.0/0", "::/0")
PEERS: Final = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "DestinationSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationPrefixListId",
)
NUMBERS: Final = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "all": ANY_PROTOCOL}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Traffic that is let through.

    Attributes:
        holder: The logical ID, or the expression, of the group or ACL.
        direction: ``in`` or ``out``.
        ports: From and to; None if they are known only at deployment.
        peer: An address range, or the expression of a group or prefix list.
    """

    holder: str
    direction: str
    protocol: str
    ports: tuple[int, int] | None
    peer: str

    def covers(self, other: "Rule") -> bool:
        """Whether everything that ``other`` lets through passes here as well."""
        if self == other:
            return True
        if (self.holder, self.direction) != (other.holder, other.direction):
            return False
        everything = self.protocol == ANY_PROTOCOL
        if not everything and self.protocol != other.protocol:
            return False
        if not everything and not _within(other.ports, self.ports):
            return False
        return self.peer == other.peer or _contains(self.peer, other.peer)

    @property
    def is_public(self) -> bool:
        """Whether the peer is, or holds, addresses of the internet."""
        network = _network(self.peer)
        return network is not None and not (network.is_private and network.prefixlen)

    def __str__(self) -> str:
        """Return the rule for people."""
        first, last = self.ports or ("?", "?")
        ports = f"port {first}" if first == last else f"ports {first} to {last}"
        ports = "all ports" if self.ports == ALL_PORTS else ports
        protocol = {number: name for name, number in NUMBERS.items()}.get(self.protocol, self.protocol)
        return f"{protocol}, {ports}, {'from' if self.direction == 'in' else 'to'} {self.peer}"


def network(base: Assembly, head: Assembly) -> Iterator[Observation]:
    """Yield what head lets in or out and base did not."""
    for pair in pairs(base, head):
        if pair.after is not None:
            old = dict(_rules(pair.before)) if pair.before else {}
            for rule, resource in _rules(pair.after):
                if not any(known.covers(rule) for known in old):
                    yield _opened(rule, resource, pair.after)
            yield from _routes(pair, pair.after)


def _rules(stack: Stack) -> Iterator[tuple[Rule, Resource]]:
    for resource in stack.resources.values():
        given = resource.properties
        if resource.type == GROUP:
            for entry in _listed(given.get("SecurityGroupIngress")):
                yield _rule(resource.logical_id, "in", entry), resource
            # EC2 lets everything out of a group without egress rules (AWS::EC2::SecurityGroup, Template Reference).
            for entry in _listed(given.get("SecurityGroupEgress")) or [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]:
                yield _rule(resource.logical_id, "out", entry), resource
        elif resource.type in RULES:
            yield _rule(_reference(given.get("GroupId")), RULES[resource.type], given), resource
        elif resource.type == "AWS::EC2::NetworkAclEntry" and given.get("RuleAction") != "deny":
            found = given.get("PortRange")
            ports = found if isinstance(found, Mapping) else {}
            entry = {
                "IpProtocol": given.get("Protocol"),
                "FromPort": ports.get("From"),
                "ToPort": ports.get("To"),
                "CidrIp": given.get("CidrBlock"),
                "CidrIpv6": given.get("Ipv6CidrBlock"),
            }
            direction = "out" if given.get("Egress") in (True, "true") else "in"
            yield _rule(_reference(given.get("NetworkAclId")), direction, entry), resource


def _rule(holder: str, direction: str, entry: Any) -> Rule:
    given = entry if isinstance(entry, Mapping) else {"CidrIp": entry}
    protocol = str(given.get("IpProtocol", ANY_PROTOCOL)).lower()
    first, last = given.get("FromPort"), given.get("ToPort")
    peer = next((given[name] for name in PEERS if given.get(name)), "")
    number = NUMBERS.get(protocol, protocol)
    return Rule(
        holder=holder,
        direction=direction,
        protocol=number,
        ports=ALL_PORTS if number == ANY_PROTOCOL or first is None else _ports(first, last),
        peer=_reference(peer),
    )


def _ports(first: Any, last: Any) -> tuple[int, int] | None:
    try:
        found = int(first), int(first if last is None else last)
    except (TypeError, ValueError):
        return None
    return ALL_PORTS if found[0] < 0 else found


def _within(inner: tuple[int, int] | None, outer: tuple[int, int] | None) -> bool:
    if outer == ALL_PORTS:
        return True
    return inner is not None and outer is not None and outer[0] <= inner[0] and inner[1] <= outer[1]


def _contains(outer: str, inner: str) -> bool:
    wide, narrow = _network(outer), _network(inner)
    if isinstance(wide, ipaddress.IPv4Network) and isinstance(narrow, ipaddress.IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(wide, ipaddress.IPv6Network) and isinstance(narrow, ipaddress.IPv6Network):
        return narrow.subnet_of(wide)
    return False


def _network(peer: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(peer, strict=False)
    except ValueError:
        return None


def _opened(rule: Rule, resource: Resource, stack: Stack) -> Observation:
    verb = "lets in" if rule.direction == "in" else "lets out"
    return Observation(
        kind=Kind.ACCESS,
        severity=Outcome.STOPPED if rule.is_public else Outcome.NEEDS_LOOK,
        stage=stack.stage,
        stack=stack.path,
        subject=Subject(type=resource.type, logical_id=resource.logical_id, path=resource.path),
        sentence=f"{resource.path} {verb} {rule}.",
        after=str(rule),
        todo="Name a security group or a narrower address range as the peer, and only the ports that are used.",
        meaning="network",
        location=rule.direction,
        witness=Witness(principal=rule.peer, action=f"{rule.protocol} {rule.ports}", resource=rule.holder),
        outside=rule.is_public,
    )


def _routes(pair: Pair, after: Stack) -> Iterator[Observation]:
    before = pair.before.resources if pair.before else {}
    old = {_route(each) for each in before.values() if each.type == "AWS::EC2::Route"}
    for resource in after.resources.values():
        if resource.type != "AWS::EC2::Route" or _route(resource) in old:
            continue
        table, destination, target = _route(resource)
        public = destination in EVERYWHERE and "GatewayId" in resource.properties and table in before
        yield Observation(
            kind=Kind.ACCESS,
            severity=Outcome.STOPPED if public else Outcome.NEEDS_LOOK,
            stage=after.stage,
            stack=after.path,
            subject=Subject(type=resource.type, logical_id=resource.logical_id, path=resource.path),
            sentence=f"Route table {table} gets a route to {destination} through {target}.",
            after=f"{destination} through {target}",
            todo="Keep private subnets without a route to the internet, or sign the change off.",
            meaning="network",
            location="Route",
            outside=public,
        )


def _route(resource: Resource) -> tuple[str, str, str]:
    given = resource.properties
    destinations = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    destination = next((given[name] for name in destinations if name in given), "")
    target = {name: value for name, value in given.items() if name not in {*destinations, "RouteTableId"}}
    return _reference(given.get("RouteTableId")), _reference(destination), key_of(target)


def _reference(value: Any) -> str:
    """A resource's logical ID, a literal, or the expression itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return str(argument)
        if function == "Fn::GetAtt" and isinstance(argument, list) and argument and argument[-1] in {"GroupId", "Id"}:
            return str(argument[0])
    return key_of(value)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
