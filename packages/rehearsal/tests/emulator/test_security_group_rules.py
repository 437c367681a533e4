from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, Json, attribute, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

# CDK's way to say that nothing may leave.
NOTHING = {"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}


def groups(description: str = "the function asks", port: int = 5433) -> Json:
    closed = {"GroupDescription": "x", "VpcId": ref("Vpc"), "SecurityGroupEgress": [NOTHING]}
    common = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "Description": description}
    return {
        "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "Function": resource("AWS::EC2::SecurityGroup", closed),
        "Database": resource("AWS::EC2::SecurityGroup", closed),
        "In": resource(
            "AWS::EC2::SecurityGroupIngress",
            {
                **common,
                "GroupId": attribute("Database", "GroupId"),
                "SourceSecurityGroupId": attribute("Function", "GroupId"),
            },
        ),
        "Out": resource(
            "AWS::EC2::SecurityGroupEgress",
            {
                **common,
                "GroupId": attribute("Function", "GroupId"),
                "DestinationSecurityGroupId": attribute("Database", "GroupId"),
            },
        ),
    }


def permissions(account: Account, logical_id: str, side: str) -> list[dict[str, Any]]:
    ec2 = account.client("ec2")
    (group,) = ec2.describe_security_groups(GroupIds=[account.physical_id("net", logical_id)])["SecurityGroups"]
    return [rule for rule in group[side] if rule["IpProtocol"] == "tcp"]


def test_each_rule_stands_in_its_group_on_its_side_and_names_the_other_group(account: Account) -> None:
    account.deploy("net", groups())
    for logical_id, peer, side in (
        ("Database", "Function", "IpPermissions"),
        ("Function", "Database", "IpPermissionsEgress"),
    ):
        (rule,) = permissions(account, logical_id, side)
        assert (rule["FromPort"], rule["ToPort"]) == (5433, 5433)
        (pair,) = rule["UserIdGroupPairs"]
        assert pair["GroupId"] == account.physical_id("net", peer)
        assert pair["Description"] == "the function asks"
    rules = account.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    assert account.physical_id("net", "In") in [rule["SecurityGroupRuleId"] for rule in rules]


def test_a_changed_description_or_port_is_the_only_rule_left(account: Account) -> None:
    account.deploy("net", groups())
    account.deploy("net", groups(description="someone asks"))
    (rule,) = permissions(account, "Database", "IpPermissions")
    assert rule["UserIdGroupPairs"][0]["Description"] == "someone asks"
    account.deploy("net", groups(port=5434))
    (rule,) = permissions(account, "Database", "IpPermissions")
    assert rule["FromPort"] == 5434


def test_a_rule_taken_out_of_the_template_is_taken_out_of_its_group(account: Account) -> None:
    account.deploy("net", groups())
    without = groups()
    del without["In"]
    account.deploy("net", without)
    assert permissions(account, "Database", "IpPermissions") == []
    assert account.delete("net") == {}


def test_a_rule_that_stands_already_fails(account: Account) -> None:
    twice = groups()
    twice["Again"] = {**twice["In"], "DependsOn": "In"}
    account.deploy("net", twice)
    assert "already exists" in account.failures("net")["Again"]


def test_a_rule_for_a_group_that_does_not_exist_fails_by_name(account: Account) -> None:
    wrong = groups()
    wrong["In"]["Properties"]["GroupId"] = "sg-0"
    account.deploy("net", wrong)
    assert account.failures("net") == {"In": "The security group 'sg-0' does not exist"}


def test_a_rule_of_a_group_that_somebody_else_deleted_is_no_obstacle(account: Account) -> None:
    group = account.client("ec2").create_security_group(GroupName="mine", Description="x")["GroupId"]
    properties = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "10.0.0.0/8"}
    account.deploy("net", {"In": resource("AWS::EC2::SecurityGroupIngress", properties)})
    account.client("ec2").delete_security_group(GroupId=group)
    assert account.delete("net") == {}
