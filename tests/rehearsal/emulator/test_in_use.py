"""A stack that keeps a database can't take away what it stands on."""

import pytest

from tests.rehearsal.emulator.harness import Account, Json, ref, resource
from tests.rehearsal.emulator.test_databases import managed

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def standing(policy: str) -> Json:
    """A database that is kept, on what has the deletion policy ``policy``."""
    subnets = {
        f"Subnet{index}": resource("AWS::EC2::Subnet", {"VpcId": ref("Vpc"), "CidrBlock": f"10.0.{index}.0/24"})
        for index in (1, 2)
    }
    ground = {
        "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        **subnets,
        "Group": resource("AWS::EC2::SecurityGroup", {"GroupDescription": "database", "VpcId": ref("Vpc")}),
        "Subnets": resource(
            "AWS::RDS::DBSubnetGroup",
            {"DBSubnetGroupDescription": "isolated", "SubnetIds": [ref(each) for each in subnets]},
        ),
        "Parameters": resource("AWS::RDS::DBParameterGroup", {"Family": "postgres15", "Description": "TLS"}),
    }
    database = managed(
        DBSubnetGroupName=ref("Subnets"), VPCSecurityGroups=[ref("Group")], DBParameterGroupName=ref("Parameters")
    )
    kept = {id_: {**each, "DeletionPolicy": "Retain"} for id_, each in database.items()}
    return {**{id_: {**each, "DeletionPolicy": policy} for id_, each in ground.items()}, **kept}


def test_the_deletion_of_the_stack_fails_on_each(account: Account) -> None:
    account.deploy("app", standing("Delete"))
    assert account.delete("app")["StackStatus"] == "DELETE_FAILED"
    reasons = account.failures("app")
    assert "is still using it" in reasons["Subnets"]
    assert "still members of this parameter group" in reasons["Parameters"]
    assert "has a dependent object" in reasons["Group"]
    assert "has dependencies and cannot be deleted" in reasons["Subnet1"]
    assert "has dependencies and cannot be deleted" in reasons["Vpc"]


def test_what_no_database_stands_on_can_go(account: Account) -> None:
    account.deploy("app", standing("Retain"))
    account.deploy("other", {"Group": resource("AWS::EC2::SecurityGroup", {"GroupDescription": "nobody's"})})
    assert account.delete("other") == {}


def test_it_goes_through_when_they_are_kept_as_well(account: Account) -> None:
    account.deploy("app", standing("Retain"))
    assert account.delete("app") == {}
