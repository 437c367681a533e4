from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, Json, attribute, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def bucket(*, tagged: bool = True) -> Json:
    tags = [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}] if tagged else []
    properties: dict[str, Any] = {"VersioningConfiguration": {"Status": "Enabled"}, "Tags": tags}
    return {
        "Bucket": resource("AWS::S3::Bucket", properties),
        "Emptying": resource("Custom::S3AutoDeleteObjects", {"ServiceToken": "x", "BucketName": ref("Bucket")}),
    }


def fill(account: Account, name: str) -> None:
    s3 = account.client("s3")
    for body in (b"one", b"two"):
        s3.put_object(Bucket=name, Key="a", Body=body)
    s3.put_object(Bucket=name, Key="b", Body=b"x")
    s3.delete_object(Bucket=name, Key="b")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=name, Key="c", Body=b"unversioned")


def test_a_tagged_bucket_is_emptied_of_every_version_and_goes_with_its_stack(account: Account) -> None:
    account.deploy("data", bucket())
    fill(account, account.physical_id("data", "Bucket"))
    assert account.delete("data") == {}
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_a_bucket_whose_tag_was_taken_off_keeps_its_objects_and_the_stack_fails_to_go(account: Account) -> None:
    account.deploy("data", bucket())
    name = account.physical_id("data", "Bucket")
    fill(account, name)
    account.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": []})
    assert account.delete("data")["StackStatus"] == "DELETE_FAILED"
    assert "BucketNotEmpty" in account.failures("data")["Bucket"]
    assert account.client("s3").get_object(Bucket=name, Key="a")["Body"].read() == b"two"


def test_an_object_from_before_versioning_goes_as_well(account: Account) -> None:
    resources = bucket()
    del resources["Bucket"]["Properties"]["VersioningConfiguration"]
    account.deploy("data", resources)
    account.client("s3").put_object(Bucket=account.physical_id("data", "Bucket"), Key="k", Body=b"x")
    resources["Emptying"]["Properties"]["ServiceToken"] = "another"
    account.deploy("data", resources)
    assert account.delete("data") == {}


def default_group(account: Account) -> Any:
    group = account.outputs("net")["Group"]
    return account.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]


def test_the_default_security_group_of_a_vpc_is_emptied(account: Account) -> None:
    vpc = {"Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"})}
    outputs = {"Group": attribute("Vpc", "DefaultSecurityGroup")}
    account.deploy("net", vpc, outputs)
    assert default_group(account)["IpPermissionsEgress"]
    properties = {
        "ServiceToken": "x",
        "DefaultSecurityGroupId": attribute("Vpc", "DefaultSecurityGroup"),
        "Account": "1",
    }
    restricted = {**vpc, "Restriction": resource("Custom::VpcRestrictDefaultSG", properties)}
    account.deploy("net", restricted, outputs)
    group = default_group(account)
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])
    restricted["Restriction"]["Properties"]["Account"] = "2"
    account.deploy("net", restricted, outputs)
    assert account.delete("net") == {}


def test_a_default_group_that_does_not_exist_fails_by_name(account: Account) -> None:
    properties = {"ServiceToken": "x", "DefaultSecurityGroupId": "sg-0"}
    account.deploy("net", {"Restriction": resource("Custom::VpcRestrictDefaultSG", properties)})
    assert account.failures("net") == {"Restriction": "The security group 'sg-0' does not exist"}
