import json
from typing import Any

import pytest

from tests.rehearsal.emulator.harness import Account, allow, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TOPIC = {"Resources": {"Topic": resource("AWS::SNS::Topic")}}


def change_set(account: Account, credentials: Any, role: str) -> Any:
    return account.client("cloudformation", credentials).create_change_set(
        StackName="app",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(TOPIC),
        RoleARN=role,
    )


def test_a_caller_hands_cloudformation_only_a_role_that_it_may_pass(account: Account) -> None:
    role = account.role("exec", {"Service": "cloudformation.amazonaws.com"})
    without = account.user("without", allow("cloudformation:*"))
    assert refused(lambda: change_set(account, without, role)) == "AccessDenied"
    elsewhere = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    limited = account.user("limited", allow("cloudformation:*"), allow("iam:PassRole", role, Condition=elsewhere))
    assert refused(lambda: change_set(account, limited, role)) == "AccessDenied"
    allowed = account.user("allowed", allow("cloudformation:*"), allow("iam:PassRole", role))
    change_set(account, allowed, role)


def test_a_role_that_does_not_trust_cloudformation_is_refused(account: Account) -> None:
    role = account.role("build", {"Service": "codebuild.amazonaws.com"})
    assert refused(lambda: change_set(account, None, role)) == "ValidationError"


def test_a_role_of_a_stack_stays_checked_on_every_operation(account: Account) -> None:
    role = account.role("exec", {"Service": "cloudformation.amazonaws.com"})
    account.deploy("app", TOPIC["Resources"], RoleARN=role)
    without = account.client("cloudformation", account.user("without", allow("cloudformation:*")))
    assert refused(lambda: without.delete_stack(StackName="app", RoleARN=role)) == "AccessDenied"
