"""Ways through security groups are explained, and lead in from the network alone."""

from typing import Any

import pytest

from compliance.rules.network import EGRESS, GROUP, INGRESS, INGRESS_WIDTH, RULE_DESCRIPTION
from tests.unit.compliance.judging import broken, resource

VPC = resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")


@pytest.mark.parametrize("kind", [INGRESS, EGRESS])
def test_every_rule_says_what_it_is_for(kind: str) -> None:
    silent, said = resource(kind, IpProtocol="tcp"), resource(kind, IpProtocol="tcp", Description="HTTPS")
    assert broken(RULE_DESCRIPTION, Silent=silent, Said=said) == {("Silent", "Properties")}


@pytest.mark.parametrize("list_", ["SecurityGroupIngress", "SecurityGroupEgress"])
def test_rules_within_a_group_are_no_exception(list_: str) -> None:
    group = resource(GROUP, **{list_: [{"Description": "HTTPS"}, {"IpProtocol": "tcp"}]})
    assert broken(RULE_DESCRIPTION, Group=group) == {("Group", f"Properties.{list_}.1")}


@pytest.mark.parametrize("addresses", ["0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/24"])
def test_addresses_from_outside_are_let_in_nowhere(addresses: str) -> None:
    way = {"CidrIp": addresses}
    found = broken(
        INGRESS_WIDTH, Vpc=VPC, Rule=resource(INGRESS, **way), Group=resource(GROUP, SecurityGroupIngress=[way])
    )
    assert found == {("Rule", "Properties.CidrIp"), ("Group", "Properties.SecurityGroupIngress.0.CidrIp")}


def test_nor_those_of_the_other_family() -> None:
    assert broken(INGRESS_WIDTH, Vpc=VPC, Rule=resource(INGRESS, CidrIpv6="::/0")) == {("Rule", "Properties.CidrIpv6")}


@pytest.mark.parametrize(
    "way",
    [
        {"CidrIp": "10.0.1.0/24"},
        {"CidrIp": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}},
        {"SourceSecurityGroupId": "sg-1"},
    ],
)
def test_addresses_of_the_network_and_groups_are_let_in(way: dict[str, Any]) -> None:
    assert broken(INGRESS_WIDTH, Vpc=VPC, Rule=resource(INGRESS, **way)) == set()


@pytest.mark.parametrize("addresses", [{"Fn::GetAtt": ["Other", "CidrBlock"]}, {"Ref": "Anything"}])
def test_addresses_that_nobody_can_know_are_let_in_nowhere(addresses: dict[str, Any]) -> None:
    assert broken(INGRESS_WIDTH, Vpc=VPC, Rule=resource(INGRESS, CidrIp=addresses)) != set()


def test_every_way_out_is_ours_to_explain_and_not_to_narrow() -> None:
    assert broken(INGRESS_WIDTH, Vpc=VPC, Rule=resource(EGRESS, CidrIp="0.0.0.0/0")) == set()
