from typing import Any

import pytest
from verdict_samples import app, observed, outcome, resource, said, stack

from cdk_verdict import Outcome
from cdk_verdict.network import network

CLOSED = {"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}


def group(*ingress: Any, egress: Any = CLOSED) -> dict[str, Any]:
    return resource(
        "AWS::EC2::SecurityGroup", keep=None, SecurityGroupIngress=list(ingress), SecurityGroupEgress=egress
    )


def rule(peer: Any = "10.0.0.0/8", first: Any = 443, last: Any = 443, protocol: Any = "tcp") -> dict[str, Any]:
    name = "CidrIpv6" if ":" in str(peer) and isinstance(peer, str) else "CidrIp"
    name = name if isinstance(peer, str) else "SourceSecurityGroupId"
    return {name: peer, "IpProtocol": protocol, "FromPort": first, "ToPort": last}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rule(), rule()),
        (rule(), rule("10.1.0.0/16")),
        (rule(first=1, last=1000), rule()),
        (rule(protocol="-1"), rule()),
        (rule(protocol="tcp"), rule(protocol="6")),
        (rule("fd00::/8"), rule("fd00:1::/32")),
        (rule({"Fn::GetAtt": ["Other", "GroupId"]}), rule({"Ref": "Other"})),
        (rule(first=-1, last=-1), rule()),
    ],
)
def test_narrower_rule_opens_nothing(before: Any, after: Any) -> None:
    assert said(observed(network, {"G": group(before)}, {"G": group(after)})) == ""


@pytest.mark.parametrize(
    ("after", "severity"),
    [
        (rule("0.0.0.0/0"), Outcome.STOPPED),
        (rule("::/0"), Outcome.STOPPED),
        (rule("8.8.0.0/16"), Outcome.STOPPED),
        (rule("10.0.0.0/7"), Outcome.STOPPED),
        (rule(first=22, last=22), Outcome.NEEDS_LOOK),
        (rule(protocol="udp"), Outcome.NEEDS_LOOK),
        (rule(first={"Ref": "Port"}), Outcome.NEEDS_LOOK),
        (rule({"Fn::ImportValue": "x"}), Outcome.NEEDS_LOOK),
        (rule(first=22, last=None), Outcome.NEEDS_LOOK),
    ],
)
def test_wider_rule_is_reported(after: Any, severity: Outcome) -> None:
    assert outcome(observed(network, {"G": group(rule())}, {"G": group(rule(), after)})) is severity


def test_group_without_egress_rules_lets_everything_out() -> None:
    found = observed(network, {"G": group()}, {"G": group(egress=None)})
    assert "lets out all, all ports, to 0.0.0.0/0" in said(found)
    assert outcome(found) is Outcome.STOPPED


@pytest.mark.parametrize(("type_", "word"), [("SecurityGroupIngress", "lets in"), ("SecurityGroupEgress", "lets out")])
def test_rules_of_their_own_are_read(type_: str, word: str) -> None:
    own = resource(f"AWS::EC2::{type_}", keep=None, GroupId={"Fn::GetAtt": ["G", "GroupId"]}, **rule("0.0.0.0/0"))
    assert f"{word} tcp, port 443" in said(observed(network, {"G": group()}, {"G": group(), "R": own}))


def test_acl_entry_that_allows_is_an_opening() -> None:
    entry = {"NetworkAclId": {"Ref": "A"}, "Protocol": 6, "RuleNumber": 1, "CidrBlock": "0.0.0.0/0"}
    ports = {"PortRange": {"From": 1, "To": 99}}
    allowed = resource("AWS::EC2::NetworkAclEntry", keep=None, RuleAction="allow", **entry, **ports)
    assert "ports 1 to 99, from 0.0.0.0/0" in said(observed(network, {}, {"E": allowed}))
    out = resource("AWS::EC2::NetworkAclEntry", keep=None, RuleAction="allow", Egress=True, **entry)
    assert "all ports, to 0.0.0.0/0" in said(observed(network, {}, {"E": out}))
    assert (
        observed(network, {}, {"E": resource("AWS::EC2::NetworkAclEntry", keep=None, RuleAction="deny", **entry)}) == []
    )


def route(**more: Any) -> dict[str, Any]:
    return resource("AWS::EC2::Route", keep=None, RouteTableId={"Ref": "T"}, DestinationCidrBlock="0.0.0.0/0", **more)


def test_private_table_that_gets_a_way_to_the_internet_is_stopped() -> None:
    table = resource("AWS::EC2::RouteTable", keep=None)
    found = observed(network, {"T": table}, {"T": table, "R": route(GatewayId={"Ref": "I"})})
    assert outcome(found) is Outcome.STOPPED
    assert outcome(observed(network, {}, {"T": table, "R": route(GatewayId="i")})) is Outcome.NEEDS_LOOK
    assert outcome(observed(network, {"T": table}, {"T": table, "R": route(NatGatewayId="n")})) is Outcome.NEEDS_LOOK
    assert observed(network, {"T": table, "R": route()}, {"T": table, "S": route()}) == []


def test_new_and_removed_stacks_are_judged() -> None:
    assert (
        outcome(network(app(stack()), app(stack(), stack({"G": group(rule("0.0.0.0/0"))}, path="T"))))
        is Outcome.STOPPED
    )
    assert list(network(app(stack(), stack({"G": group(rule("0.0.0.0/0"))}, path="T")), app(stack()))) == []


def test_odd_rules_are_read_without_failing() -> None:
    assert "from x" in said(observed(network, {}, {"G": group("x")}))
    odd = resource("AWS::EC2::SecurityGroup", keep=None, SecurityGroupIngress=rule(), SecurityGroupEgress=CLOSED)
    assert "10.0.0.0/8" in said(observed(network, {}, {"G": odd}))
