import json

import pytest

from cdk_rehearsal.testing.harness import Account, Json, allow, attribute, ref, refused, resource, trust

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LISTING = json.loads(json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:ListAllMyBuckets")]}))


def boundary(account: Account, *, bound: bool = True) -> Json:
    wide = {"Version": "2012-10-17", "Statement": [allow("*")]}
    limit = {"PermissionsBoundary": ref("Limit")} if bound else {}
    return {
        "Limit": resource("AWS::IAM::ManagedPolicy", {"PolicyDocument": LISTING}),
        "Role": resource(
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": json.loads(trust({"AWS": account.id})),
                "Policies": [{"PolicyName": "wide", "PolicyDocument": wide}],
                **limit,
            },
        ),
    }


def test_a_role_may_do_no_more_than_its_permissions_boundary(account: Account) -> None:
    account.deploy("roles", boundary(account), {"Role": attribute("Role", "Arn"), "Limit": ref("Limit")})
    made = account.outputs("roles")
    role = account.client("iam").get_role(RoleName=account.physical_id("roles", "Role"))["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == made["Limit"]
    session = account.session(made["Role"])
    account.client("s3", session).list_buckets()
    assert refused(lambda: account.client("sns", session).list_topics()) == "AuthorizationError"
    account.deploy("roles", boundary(account, bound=False))
    account.client("sns", session).list_topics()


def group(*, inline: list[str], managed: list[str]) -> Json:
    policies = [{"PolicyName": name, "PolicyDocument": LISTING} for name in inline]
    return {"Group": resource("AWS::IAM::Group", {"Policies": policies, "ManagedPolicyArns": managed})}


def test_a_group_carries_the_policies_of_its_template_and_nothing_after_it_goes(account: Account) -> None:
    account.deploy("operators", group(inline=["one", "two"], managed=[]), {"Arn": attribute("Group", "Arn")})
    iam, name = account.client("iam"), account.physical_id("operators", "Group")
    assert account.outputs("operators")["Arn"] == f"arn:aws:iam::{account.id}:group/{name}"
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == ["one", "two"]
    account.deploy("operators", group(inline=["two"], managed=[READ_ONLY]))
    assert account.physical_id("operators", "Group") == name
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == ["two"]
    (attached,) = iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"]
    assert attached["PolicyArn"] == READ_ONLY
    account.deploy("operators", group(inline=["two"], managed=[]))
    assert iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"] == []
    account.delete("operators")
    assert iam.list_groups()["Groups"] == []


def test_a_members_calls_are_judged_by_the_groups_policies(account: Account) -> None:
    account.deploy("operators", group(inline=["listing"], managed=[]))
    credentials = account.user("member")
    s3 = account.client("s3", credentials)
    assert refused(s3.list_buckets) == "AccessDenied"
    name = account.physical_id("operators", "Group")
    account.client("iam").add_user_to_group(GroupName=name, UserName="member")
    s3.list_buckets()
    assert account.delete("operators")["StackStatus"] == "DELETE_FAILED"
    assert "still has users" in account.failures("operators")["Group"]


@pytest.mark.parametrize("kind", ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"])
def test_a_managed_policy_that_aws_does_not_have_fails(account: Account, kind: str) -> None:
    arn = "arn:aws:iam::aws:policy/ReadEverythingAccess"
    properties = {"ManagedPolicyArns": [arn], "AssumeRolePolicyDocument": json.loads(trust({"AWS": account.id}))}
    account.deploy("roles", {"Made": resource(kind, properties)})
    assert account.failures("roles") == {"Made": f"Policy {arn} does not exist or is not attachable."}


def test_a_group_that_somebody_else_deleted_is_no_obstacle(account: Account) -> None:
    account.deploy("operators", group(inline=[], managed=[]))
    account.client("iam").delete_group(GroupName=account.physical_id("operators", "Group"))
    assert account.delete("operators") == {}
