"""Who may talk to whom."""

from typing import Any

import pytest

from tests.live.conftest import Look, Stage
from tests.live.expectation import expect

Group = dict[str, Any]
# How the CDK writes "nothing" for EC2, which opens everything when no rule is named.
NOTHING = "255.255.255.255/32"


@pytest.fixture(scope="module")
def groups(stage: Stage, look: Look) -> dict[str, Group]:
    """The VPC's security groups, by id."""
    pages = look("ec2").get_paginator("describe_security_groups")
    filtered = pages.paginate(Filters=[{"Name": "vpc-id", "Values": [stage.vpc_id]}])
    return {group["GroupId"]: group for page in filtered for group in page["SecurityGroups"]}


def ends(permissions: list[dict[str, Any]]) -> set[tuple[str, Any, str]]:
    """Each rule as protocol, port and the group or address at the other end."""
    return {
        (permission["IpProtocol"], permission.get("ToPort"), end)
        for permission in permissions
        for end in (
            *(pair["GroupId"] for pair in permission["UserIdGroupPairs"]),
            *(block["CidrIp"] for block in permission["IpRanges"] if block["CidrIp"] != NOTHING),
            *(block["CidrIpv6"] for block in permission["Ipv6Ranges"]),
            *(prefix["PrefixListId"] for prefix in permission["PrefixListIds"]),
        )
    }


def own(database: Group) -> str:
    (group,) = database["VpcSecurityGroups"]
    identifier: str = group["VpcSecurityGroupId"]
    return identifier


def test_the_default_group_lets_nothing_through(groups: dict[str, Group]) -> None:
    (default,) = (group for group in groups.values() if group["GroupName"] == "default")
    expect("rules in", found=ends(default["IpPermissions"]), expected=set())
    expect("rules out", found=ends(default["IpPermissionsEgress"]), expected=set())


def test_no_address_comes_in_anywhere(groups: dict[str, Group]) -> None:
    for identifier, group in groups.items():
        let_in = {end for _, _, end in ends(group["IpPermissions"])} - groups.keys()
        expect(f"addresses let in by {identifier} ({group['Description']})", found=let_in, expected=set())


def test_the_function_reaches_the_database_on_its_port_and_aws_by_https(
    groups: dict[str, Group], function: dict[str, Any], database: dict[str, Any]
) -> None:
    (identifier,) = function["VpcConfig"]["SecurityGroupIds"]
    out = ends(groups[identifier]["IpPermissionsEgress"])
    to_database = {(protocol, end) for protocol, _, end in out if end == own(database)}
    expect("ways to the database", found=to_database, expected={("tcp", own(database))})
    others = {(protocol, port) for protocol, port, end in out if end != own(database)}
    expect("other ways out", found=others, expected={("tcp", 443)})
    expect("rules in", found=ends(groups[identifier]["IpPermissions"]), expected=set())


def test_the_database_answers_groups_on_one_port_and_has_no_way_out(
    groups: dict[str, Group], function: dict[str, Any], database: dict[str, Any]
) -> None:
    group = groups[own(database)]
    let_in = ends(group["IpPermissions"])
    expect("protocols and number of ports", found=len({rule[:2] for rule in let_in}), expected=1)
    (caller,) = function["VpcConfig"]["SecurityGroupIds"]
    expect("the function among those let in", found=caller in {end for *_, end in let_in}, expected=True)
    expect("groups let in", found=len(let_in), expected=2)
    expect("ways out", found=ends(group["IpPermissionsEgress"]), expected=set())


def test_every_rule_says_what_it_is_for(groups: dict[str, Group]) -> None:
    for identifier, group in groups.items():
        for permission in (*group["IpPermissions"], *group["IpPermissionsEgress"]):
            for end in (*permission["UserIdGroupPairs"], *permission["IpRanges"], *permission["Ipv6Ranges"]):
                expect(f"description of {end} in {identifier}", found=bool(end.get("Description")), expected=True)
