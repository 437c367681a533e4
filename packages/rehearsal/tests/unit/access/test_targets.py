from typing import Any

import pytest

from cdk_rehearsal.access.targets import Place, formats, names, overlap, targets

HERE = Place(stack="Prod-tap", account="333333333333", region="eu-west-1")
NAMED = {"stack": "Prod-tap", "logical_id": "Data"}


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("*", "arn:aws:s3:::a", True),
        ("arn:*:s3:::*-tap-*", "arn:aws:s3:::prod-tap-*", True),
        ("arn:*:s3:::*-tap-*", "arn:aws:s3:::prod-top-*", True),
        ("arn:*:s3:::other-*", "arn:aws:s3:::prod-tap-*", False),
        ("arn:*:s3:::b?g", "arn:aws:s3:::big", True),
        ("arn:*:s3:::b?g", "arn:aws:s3:::bg", False),
        ("arn:*:rds:*:*:db:*-tap", "arn:*:rds:us-east-1:1:db:prod-tap*", True),
        ("arn:*:rds:*:*:db:*-tap", "arn:*:rds:us-east-1:1:pg:prod-tap*", False),
        ("arn:*:rds:eu-west-1:*:db:*", "arn:*:rds:us-east-1:1:db:*", False),
        ("arn:*:s3:::*a", "arn:*:s3:::*b", False),
        ("arn:*:s3:::a*", "arn:*:s3:::*b", True),
        ("arn:aws:s3", "arn:aws:s3:::a", False),
    ],
)
def test_two_patterns_overlap_where_a_name_can_match_both(one: str, other: str, *, can: bool) -> None:
    assert overlap(one, other) is can
    assert overlap(other, one) is can


def test_a_name_is_the_templates_own_or_begins_with_the_stacks() -> None:
    assert names("AWS::S3::Bucket", {"BucketName": "mine"}, **NAMED) == ("mine*",)
    assert names("AWS::S3::Bucket", {"BucketName": {"Ref": "Name"}}, **NAMED) == ("*",)
    logged = {"ResourceArn": "arn:aws:wafv2:us-east-1:333333333333:global/webacl/acl/1"}
    assert names("AWS::WAFv2::LoggingConfiguration", logged, **NAMED) == ("*",)
    assert names("AWS::S3::Bucket", {}, **NAMED) == ("Prod-tap-Data-XXXXXXXXXXXX", "prod-tap-data-xxxxxxxxxxxx")
    assert names("AWS::S3::Bucket", {}, stack="Prod-tap", logical_id="D" * 42) == ("Prod-tap-*", "prod-tap-*")


@pytest.mark.parametrize("kind", ["AWS::EC2::VPC", "AWS::WAFv2::WebACL", "Custom::Thing"])
def test_an_id_that_a_service_makes_up_is_open(kind: str) -> None:
    assert names(kind, {"Name": "mine"}, **NAMED) == ("*",)


def test_a_target_is_an_arn_of_the_kind_that_the_action_is_authorised_on() -> None:
    bucket: Any = {"kind": "AWS::S3::Bucket", "logical_id": "Data", "properties": {"BucketName": "b"}, "place": HERE}
    assert targets("s3:CreateBucket", **bucket) == ("arn:*:s3:::b*",)
    network: Any = {"kind": "AWS::EC2::VPC", "logical_id": "Vpc", "properties": {}, "place": HERE}
    here = "arn:*:ec2:eu-west-1:333333333333"
    assert f"{here}:vpc/*" in targets("ec2:CreateVpc", **network)


@pytest.mark.parametrize("action", ["kms:CreateKey", "nobody:Knows", "ec2:NoSuchCall"])
def test_what_the_reference_does_not_place_is_left_open(action: str) -> None:
    assert formats(action) == ()
