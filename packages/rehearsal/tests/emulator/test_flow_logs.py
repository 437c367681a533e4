import pytest

from cdk_rehearsal.testing.harness import Account, attribute, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ROLE = resource(
    "AWS::IAM::Role",
    {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    },
)
RESOURCES = {
    "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "Group": resource("AWS::Logs::LogGroup"),
    "Role": ROLE,
    "Log": resource(
        "AWS::EC2::FlowLog",
        {
            "ResourceId": ref("Vpc"),
            "ResourceType": "VPC",
            "TrafficType": "REJECT",
            "LogGroupName": ref("Group"),
            "DeliverLogsPermissionArn": attribute("Role", "Arn"),
        },
    ),
}


def test_ec2_describes_a_flow_log_with_its_group_and_role_until_its_stack_goes(account: Account) -> None:
    account.deploy("logs", RESOURCES, {"Group": ref("Group"), "Vpc": ref("Vpc"), "Role": attribute("Role", "Arn")})
    ec2, made = account.client("ec2"), account.outputs("logs")
    (found,) = ec2.describe_flow_logs()["FlowLogs"]
    assert found["FlowLogId"] == account.physical_id("logs", "Log")
    assert (found["ResourceId"], found["LogGroupName"]) == (made["Vpc"], made["Group"])
    assert (found["TrafficType"], found["DeliverLogsPermissionArn"]) == ("REJECT", made["Role"])
    account.delete("logs")
    assert ec2.describe_flow_logs()["FlowLogs"] == []


def test_tags_change_in_place_and_another_traffic_type_replaces_the_flow_log(account: Account) -> None:
    account.deploy("logs", RESOURCES)
    first = account.physical_id("logs", "Log")
    properties = {**RESOURCES["Log"]["Properties"], "Tags": [{"Key": "team", "Value": "tap"}]}
    account.deploy("logs", {**RESOURCES, "Log": resource("AWS::EC2::FlowLog", properties)})
    assert account.physical_id("logs", "Log") == first
    (found,) = account.client("ec2").describe_flow_logs()["FlowLogs"]
    assert {"Key": "team", "Value": "tap"} in found["Tags"]
    account.deploy("logs", {**RESOURCES, "Log": resource("AWS::EC2::FlowLog", {**properties, "TrafficType": "ALL"})})
    (found,) = account.client("ec2").describe_flow_logs()["FlowLogs"]
    assert found["FlowLogId"] == account.physical_id("logs", "Log") != first


def test_a_flow_log_of_nothing_fails_by_name(account: Account) -> None:
    properties = {**RESOURCES["Log"]["Properties"], "ResourceId": "vpc-0"}
    account.deploy("logs", {**RESOURCES, "Log": resource("AWS::EC2::FlowLog", properties)})
    assert account.failures("logs") == {"Log": "VPC vpc-0 does not exist"}
