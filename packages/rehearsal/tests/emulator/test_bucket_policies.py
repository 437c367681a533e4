"""A bucket has one policy, and it is called like its bucket."""

import pytest
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator.extensions.bucket_policies import TYPE
from cdk_rehearsal.testing.harness import Account, Json, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def guarded(bucket: str, effect: str = "Deny") -> Json:
    statement = {"Effect": effect, "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "One": resource("AWS::S3::Bucket"),
        "Two": resource("AWS::S3::Bucket"),
        "Policy": resource(TYPE, {"Bucket": ref(bucket), "PolicyDocument": document}),
    }


def test_it_is_called_like_its_bucket_and_follows_it(account: Account) -> None:
    s3 = account.client("s3")
    for bucket, effect in (("One", "Deny"), ("One", "Allow"), ("Two", "Allow")):
        account.deploy("app", guarded(bucket, effect))
        named = account.physical_id("app", bucket)
        assert account.physical_id("app", "Policy") == named
        assert f'"{effect}"' in s3.get_bucket_policy(Bucket=named)["Policy"]
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=account.physical_id("app", "One"))


def test_a_second_one_is_refused(account: Account) -> None:
    twice = guarded("One")
    twice["Second"] = {**twice["Policy"], "DependsOn": "Policy"}
    account.deploy("app", twice)
    assert "already exists on bucket" in account.failures("app")["Second"]


def test_the_emulator_does_not_know_it_by_itself() -> None:
    assert provisioners._s3_bucket_policy_create("Policy", {"Bucket": "one"}, "app") == ("one-policy", {})
