import json
from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, Json, allow, policy, refused, resource, trust

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


SERVICE = {"Service": "cloudformation.amazonaws.com"}
TWO: Json = {"Topic": resource("AWS::SNS::Topic"), "Bucket": resource("AWS::S3::Bucket", DependsOn="Topic")}


def test_a_stack_can_do_no_more_than_its_role(account: Account) -> None:
    role = account.role("exec", SERVICE, allow("sns:*"))
    assert account.deploy("app", TWO, RoleARN=role)["StackStatus"] == "ROLLBACK_COMPLETE"
    (reason,) = account.failures("app").values()
    assert reason == (
        f"User: arn:aws:sts::{account.id}:assumed-role/exec/AWSCloudFormation "
        "is not authorized to perform: s3:CreateBucket"
    )
    account.delete("app")
    iam = account.client("iam")
    iam.put_role_policy(RoleName="exec", PolicyName="inline", PolicyDocument=policy(allow(["sns:*", "s3:*"])))
    assert account.deploy("app", TWO, RoleARN=role)["StackStatus"] == "CREATE_COMPLETE"


def test_the_role_stays_with_the_stack_for_updates_and_deletion_and_through_change_sets(account: Account) -> None:
    role = account.role("exec", SERVICE, allow("sns:CreateTopic"))
    change_set(account, None, role)
    client = account.client("cloudformation")
    client.execute_change_set(StackName="app", ChangeSetName="first")
    assert account.settled("app")["StackStatus"] == "CREATE_COMPLETE"
    changed = {"Topic": resource("AWS::SNS::Topic", {"DisplayName": "changed"})}
    assert account.deploy("app", changed)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    arn = (account.stack("app") or {})["StackId"]
    client.delete_stack(StackName=arn)
    assert account.settled("app")["StackStatus"] == "DELETE_FAILED"
    assert account.failures("app")["Topic"].endswith("sns:DeleteTopic")
    free = account.role("free", SERVICE, allow("sns:*"))
    client.delete_stack(StackName="app", RoleARN=free)
    assert account.settled("app") == {}


def test_a_stack_that_begins_anew_without_a_role_has_none(account: Account) -> None:
    role = account.role("exec", SERVICE, allow("sns:*"))
    account.deploy("app", TOPIC["Resources"], RoleARN=role)
    account.delete("app")
    assert account.deploy("app", TWO)["StackStatus"] == "CREATE_COMPLETE"


def test_a_permissions_boundary_and_a_denial_bind_the_stacks_role_too(account: Account) -> None:
    role = account.role("exec", SERVICE, allow("*"))
    iam = account.client("iam")
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=policy(allow("sns:*")))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="exec", PermissionsBoundary=limit)
    account.deploy("app", TWO, RoleARN=role)
    assert account.failures("app")["Bucket"].endswith("s3:CreateBucket")
    denial = {"Effect": "Deny", "Action": "sns:CreateTopic", "Resource": "*"}
    denied = account.role("denied", SERVICE, allow("*"), denial)
    account.deploy("other", TWO, RoleARN=denied)
    assert account.failures("other")["Topic"].endswith("sns:CreateTopic")


def test_a_role_is_handed_to_a_function_only_by_a_stack_that_may_pass_it(account: Account) -> None:
    statements = [allow(["iam:*Role", "lambda:*"]), {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}]
    documents = {"AssumeRolePolicyDocument": json.loads(trust({"Service": "lambda.amazonaws.com"}))}
    function = {
        "Role": resource("AWS::IAM::Role", {**documents, "RoleName": "runner"}),
        "Function": resource(
            "AWS::Lambda::Function",
            {
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Runtime": "python3.11",
                "Handler": "index.handler",
                "Code": {"ZipFile": "def handler(event, context): return 7"},
            },
        ),
    }
    account.deploy("app", function, RoleARN=account.role("exec", SERVICE, *statements))
    assert account.failures("app")["Function"].endswith(f"iam:PassRole on resource: {account.role_arn('runner')}")
    account.delete("app")
    only_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    passing = allow("iam:PassRole", account.role_arn("runner"), Condition=only_lambda)
    wide = account.role("wide", SERVICE, allow(["iam:CreateRole", "lambda:*"]), passing)
    assert account.deploy("other", function, RoleARN=wide)["StackStatus"] == "CREATE_COMPLETE"


def test_a_custom_resource_needs_to_call_its_function(account: Account) -> None:
    account.client("s3").create_bucket(Bucket=f"data-{account.id}")
    properties = {"ServiceToken": "x", "BucketName": f"data-{account.id}"}
    resources = {"Emptying": resource("Custom::S3AutoDeleteObjects", properties)}
    account.deploy("app", resources, RoleARN=account.role("exec", SERVICE, allow("s3:*")))
    assert account.failures("app")["Emptying"].endswith("lambda:InvokeFunction")


def test_a_type_that_lists_no_permissions_asks_for_none(account: Account) -> None:
    role = account.role("exec", SERVICE, allow("sns:*"))
    handle = {"Handle": resource("AWS::CloudFormation::WaitConditionHandle")}
    assert account.deploy("app", handle, RoleARN=role)["StackStatus"] == "CREATE_COMPLETE"


def test_a_role_that_may_do_it_to_others_alone_is_refused(account: Account) -> None:
    role = account.role("exec", SERVICE, allow("sns:*"), allow("s3:*", "arn:aws:s3:::other-*"))
    assert account.deploy("app", TWO, RoleARN=role)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert account.failures("app")["Bucket"].endswith("is not authorized to perform: s3:CreateBucket")
    account.delete("app")
    named = allow("s3:*", "arn:aws:s3:::app-bucket-*")
    account.client("iam").put_role_policy(RoleName="exec", PolicyName="named", PolicyDocument=policy(named))
    assert account.deploy("app", TWO, RoleARN=role)["StackStatus"] == "CREATE_COMPLETE"
