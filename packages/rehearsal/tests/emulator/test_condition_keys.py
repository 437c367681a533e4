import pytest

from cdk_rehearsal.testing.harness import Account, allow, policy, refused, trust

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def tagged_role(account: Account, name: str, tag: str, trusted: str) -> str:
    iam = account.client("iam")
    tags = [{"Key": "aws-cdk:bootstrap-role", "Value": tag}]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": trusted}), Tags=tags)
    return account.role_arn(name)


def test_a_session_assumes_only_roles_that_carry_the_tag_its_policy_asks_for(account: Account) -> None:
    target = account.other()
    deploy = tagged_role(target, "deploy", "deploy", account.id)
    lookup = tagged_role(target, "lookup", "lookup", account.id)
    condition = {"ForAnyValue:StringEquals": {"iam:ResourceTag/aws-cdk:bootstrap-role": ["deploy"]}}
    mutation = allow("sts:AssumeRole", "arn:*:iam::*:role/*", Condition=condition)
    session = account.session(account.role("mutation", {"AWS": account.id}, mutation))
    account.session(deploy, session)
    assert refused(lambda: account.session(lookup, session)) == "AccessDenied"


def test_a_trust_policy_sees_the_role_behind_a_session_with_its_path(account: Account) -> None:
    iam = account.client("iam")
    iam.create_role(Path="/ci/", RoleName="build", AssumeRolePolicyDocument=trust({"AWS": account.id}))
    iam.put_role_policy(RoleName="build", PolicyName="p", PolicyDocument=policy(allow("sts:AssumeRole")))
    session = account.session(f"arn:aws:iam::{account.id}:role/ci/build")
    for name, pattern in (("right", "role/ci/*"), ("wrong", "role/other/*")):
        condition = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account.id}:{pattern}"}}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": account.id}, Condition=condition))
    account.session(account.role_arn("right"), session)
    assert refused(lambda: account.session(account.role_arn("wrong"), session)) == "AccessDenied"


def test_an_external_id_is_asked_for(account: Account) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "the-agreed-one"}}
    account.client("iam").create_role(
        RoleName="guest", AssumeRolePolicyDocument=trust({"AWS": account.id}, Condition=condition)
    )
    sts = account.client("sts")
    arguments = {"RoleArn": account.role_arn("guest"), "RoleSessionName": "guest"}
    sts.assume_role(**arguments, ExternalId="the-agreed-one")
    assert refused(lambda: sts.assume_role(**arguments, ExternalId="another")) == "AccessDenied"
    assert refused(lambda: sts.assume_role(**arguments)) == "AccessDenied"


@pytest.mark.parametrize("key", ["aws:ResourceAccount", "s3:ResourceAccount"])
def test_a_buckets_account_is_its_owners(account: Account, key: str) -> None:
    owner = account.other()
    for each, name in ((account, f"mine-{account.id}"), (owner, f"theirs-{owner.id}")):
        each.client("s3").create_bucket(Bucket=name)
    owner.client("s3").put_bucket_policy(
        Bucket=f"theirs-{owner.id}",
        Policy=policy(
            {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "s3:*", "Resource": "*"},
        ),
    )
    own_only = account.user("own-only", allow("s3:*", Condition={"StringEquals": {key: account.id}}))
    s3 = account.client("s3", own_only)
    s3.list_objects_v2(Bucket=f"mine-{account.id}")
    assert refused(lambda: s3.list_objects_v2(Bucket=f"theirs-{owner.id}")) == "AccessDenied"


def test_a_bucket_that_does_not_exist_has_the_callers_account(account: Account) -> None:
    condition = {"StringEquals": {"aws:ResourceAccount": account.id}}
    s3 = account.client("s3", account.user("own-only", allow("s3:*", Condition=condition)))
    assert refused(lambda: s3.list_objects_v2(Bucket=f"nobodys-{account.id}")) == "NoSuchBucket"
