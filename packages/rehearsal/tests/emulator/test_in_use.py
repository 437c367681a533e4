"""A stack that keeps a database can't take away what it stands on."""

import pytest

from cdk_rehearsal.testing.databases import standing
from cdk_rehearsal.testing.harness import Account, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


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
