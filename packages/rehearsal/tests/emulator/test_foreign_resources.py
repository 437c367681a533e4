import pytest

from cdk_rehearsal.testing.harness import Account, Json, allow, policy, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def artifacts(owner: Account, *statements: Json) -> str:
    bucket, s3 = f"artifacts-{owner.id}", owner.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="artifact", Body=b"x")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))
    return bucket


def grant(principal: str, action: str = "s3:GetObject") -> Json:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}


def test_a_foreign_role_reads_what_its_own_and_the_buckets_policy_allow(account: Account) -> None:
    deployer = account.other()
    role = deployer.role("deploy", {"AWS": deployer.id}, allow("s3:GetObject"))
    bucket = artifacts(account, grant(role))
    s3 = deployer.client("s3", deployer.session(role))
    assert s3.get_object(Bucket=bucket, Key="artifact")["Body"].read() == b"x"
    assert refused(lambda: s3.put_object(Bucket=bucket, Key="artifact", Body=b"y")) == "AccessDenied"


def test_the_buckets_policy_alone_is_not_enough_for_a_foreign_role(account: Account) -> None:
    deployer = account.other()
    role = deployer.role("deploy", {"AWS": deployer.id})
    bucket = artifacts(account, grant(role))
    s3 = deployer.client("s3", deployer.session(role))
    assert refused(lambda: s3.get_object(Bucket=bucket, Key="artifact")) == "AccessDenied"


def test_the_roles_policy_alone_is_not_enough_for_a_foreign_bucket(account: Account) -> None:
    deployer = account.other()
    deployer.role("other", {"AWS": deployer.id})
    role = deployer.role("deploy", {"AWS": deployer.id}, allow("s3:*"))
    bucket = artifacts(account, grant(deployer.role_arn("other")))
    s3 = deployer.client("s3", deployer.session(role))
    assert refused(lambda: s3.get_object(Bucket=bucket, Key="artifact")) == "AccessDenied"


def test_a_grant_to_the_account_is_its_own_to_hand_on(account: Account) -> None:
    deployer = account.other()
    bucket = artifacts(account, grant(deployer.id))
    allowed = deployer.client("s3", deployer.user("allowed", allow("s3:GetObject")))
    denied = deployer.client("s3", deployer.user("denied"))
    allowed.get_object(Bucket=bucket, Key="artifact")
    assert refused(lambda: denied.get_object(Bucket=bucket, Key="artifact")) == "AccessDenied"


def test_a_bucket_that_was_not_opened_lets_no_foreign_root_in(account: Account) -> None:
    bucket = artifacts(account, grant(account.id))
    s3 = account.other().client("s3")
    assert refused(lambda: s3.get_object(Bucket=bucket, Key="artifact")) == "AccessDenied"


def test_a_buckets_denial_of_insecure_transport_does_not_hit_loopback(account: Account) -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    bucket = artifacts(
        account,
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": insecure},
    )
    user = account.user("user", allow("s3:GetObject"))
    account.client("s3", user).get_object(Bucket=bucket, Key="artifact")
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    account.client("s3").put_bucket_policy(
        Bucket=bucket,
        Policy=policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": secure}),
    )
    assert refused(lambda: account.client("s3", user).get_object(Bucket=bucket, Key="artifact")) == "AccessDenied"
