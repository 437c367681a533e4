import pytest

from cdk_rehearsal.testing.harness import Account, Json, lines, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BUDGET = {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY"}}


def recorded(account: Account) -> list[Json]:
    return [entry for entry in lines(account.config.state_dir / "recorded.json") if entry["account"] == account.id]


def test_a_resource_that_nothing_stands_behind_is_named_for_as_long_as_it_exists(account: Account) -> None:
    resources = {"Limit": resource("AWS::Budgets::Budget", BUDGET), "Topic": resource("AWS::SNS::Topic")}
    account.deploy("app", resources, {"Id": ref("Limit")})
    (entry,) = recorded(account)
    assert (entry["type"], entry["logical_id"], entry["stack"]) == ("AWS::Budgets::Budget", "Limit", "app")
    assert entry["id"] == account.outputs("app")["Id"]
    assert entry["region"] == "us-east-1"
    assert "no API here" in entry["reason"]
    changed = {**resources, "Limit": resource("AWS::Budgets::Budget", {"Budget": {"BudgetType": "USAGE"}})}
    account.deploy("app", changed)
    assert recorded(account) == [entry]
    account.delete("app")
    assert recorded(account) == []


def test_what_ec2_merely_describes_is_named_too_and_a_replacement_takes_its_place(
    account: Account,
) -> None:
    account.deploy("net", {"Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"})})
    (first,) = recorded(account)
    assert (first["type"], first["reason"]) == ("AWS::EC2::VPC", "EC2 describes it; no packet passes it")
    address = {"Address": resource("AWS::EC2::EIP", {"Domain": "vpc"})}
    account.deploy("other", address)
    address["Address"]["Properties"]["Address"] = "52.0.0.1"
    account.deploy("other", address)
    (entry,) = [entry for entry in recorded(account) if entry["stack"] == "other"]
    assert entry["id"] == account.physical_id("other", "Address")


def test_a_stack_that_rolls_back_leaves_no_name_behind(account: Account) -> None:
    bad = {**resource("AWS::EC2::NatGateway", {"SubnetId": "none"}), "DependsOn": "Vpc"}
    account.deploy("net", {"Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}), "Bad": bad})
    assert recorded(account) == []
