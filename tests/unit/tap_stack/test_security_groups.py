from collections.abc import Iterator
from typing import Any

from tap_stack.security_groups import DATABASE_PORT
from tests.unit.tap_stack.workload import Workload

# How the CDK writes "nothing" for EC2, which opens everything when no rule is named.
NOTHING = "255.255.255.255/32"


def rules(stage: Workload, direction: str) -> Iterator[tuple[str, Any]]:
    """Every rule of a direction with the logical id of the group that it belongs to."""
    for id_, group in stage.of_type("AWS::EC2::SecurityGroup").items():
        yield from ((id_, rule) for rule in group.get(f"SecurityGroup{direction}", []))
    for rule in stage.of_type(f"AWS::EC2::SecurityGroup{direction}").values():
        yield rule["GroupId"]["Fn::GetAtt"][0], rule


def group(stage: Workload, name: str) -> str:
    (id_,) = stage.ids("AWS::EC2::SecurityGroup", f"SecurityGroups/{name}")
    return id_


def test_the_database_is_reached_by_instances_and_function_on_its_port_and_by_nobody_else(stage: Workload) -> None:
    inward = list(rules(stage, "Ingress"))
    assert {id_ for id_, _ in inward} == {group(stage, "Database")}
    assert {rule["SourceSecurityGroupId"]["Fn::GetAtt"][0] for _, rule in inward} == {
        group(stage, "Instances"),
        group(stage, "Function"),
    }
    assert {(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for _, rule in inward} == {
        ("tcp", DATABASE_PORT, DATABASE_PORT)
    }
    assert len(inward) == 2


def test_the_port_of_the_rules_is_the_database_s_own(stage: Workload) -> None:
    assert stage.the("AWS::RDS::DBInstance")["Port"] == str(DATABASE_PORT)


def test_no_rule_lets_an_address_in(stage: Workload) -> None:
    assert all("CidrIp" not in rule and "CidrIpv6" not in rule for _, rule in rules(stage, "Ingress"))


def test_the_way_out_is_https_and_the_database(stage: Workload) -> None:
    outward = [(id_, rule) for id_, rule in rules(stage, "Egress") if rule.get("CidrIp") != NOTHING]
    ends = {(id_, rule["ToPort"], rule.get("CidrIp", "a group")) for id_, rule in outward}
    instances, function = group(stage, "Instances"), group(stage, "Function")
    assert ends == {
        (instances, 443, "0.0.0.0/0"),
        (instances, DATABASE_PORT, "a group"),
        (function, 443, "0.0.0.0/0"),
        (function, DATABASE_PORT, "a group"),
    }


def test_the_database_has_no_way_out(stage: Workload) -> None:
    outward = [rule for id_, rule in rules(stage, "Egress") if id_ == group(stage, "Database")]
    assert [rule["CidrIp"] for rule in outward] == [NOTHING]


def test_every_rule_says_what_it_is_for(stage: Workload) -> None:
    described = [rule.get("Description", "") for side in ("Ingress", "Egress") for _, rule in rules(stage, side)]
    assert len(described) == 7
    assert all(described)
