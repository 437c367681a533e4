"""What a deleted stack kept becomes a template that changes nothing of it, and that the next delivery completes."""

from typing import Any

import pytest

from steps.adoption import Adoption, CannotAdoptError, LeftOut, Stack, adoption

IDS = {"Key": "k-1", "Database": "db", "Bucket": "b-1", "Role": "r-1", "Group": "prod-group", "Edge": "E1"}
BUCKET, DATABASE = "AWS::S3::Bucket", "AWS::RDS::DBInstance"


def adopted(resources: dict[str, Any], *ids: str, **parts: Any) -> Adoption:
    kept = {
        id_: {"Metadata": {"aws:cdk:path": id_}, "DeletionPolicy": "Retain", **each} for id_, each in resources.items()
    }
    template = {
        "Resources": {**kept, "Role": {"Type": "AWS::IAM::Role"}},
        "Outputs": {"A": {}},
        "Rules": {"B": {}},
        **parts,
    }
    return adoption(template, Stack(ids=IDS, adopted=ids or tuple(resources)))


def properties(plan: Adoption, id_: str) -> Any:
    return plan.template["Resources"][id_]["Properties"]


def test_resources_are_adopted_alone_and_as_they_stood() -> None:
    bucket = {
        "Type": BUCKET,
        "Properties": {"BucketName": {"Fn::Sub": "${AWS::Region}-${!raw}-${Key}"}, "Tags": [{"Key": {"Ref": "Key"}}]},
        "UpdateReplacePolicy": "Retain",
        "DependsOn": ["Role"],
        "Condition": "InProd",
    }
    plan = adopted({"Key": {"Type": "AWS::KMS::Key"}, "Bucket": bucket}, Mappings={"M": {}})
    assert plan.left_out == ()
    assert plan.template == {
        "Mappings": {"M": {}},
        "Resources": {
            "Bucket": {
                "Type": BUCKET,
                "Properties": bucket["Properties"],
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Metadata": {"aws:cdk:path": "Bucket"},
            },
            "Key": {
                "Type": "AWS::KMS::Key",
                "Properties": {},
                "DeletionPolicy": "Retain",
                "Metadata": {"aws:cdk:path": "Key"},
            },
        },
    }


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ({"Ref": "Edge"}, "E1"),
        ({"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}),
        ({"Fn::Join": ["", ["a", {"Ref": "Edge"}]]}, {"Fn::Join": ["", ["a", "E1"]]}),
        ({"Fn::Sub": "${Edge} of ${AWS::AccountId}"}, {"Fn::Sub": "E1 of ${AWS::AccountId}"}),
        ({"Fn::Sub": ["${Edge}${v}", {"v": {"Ref": "Role"}}]}, {"Fn::Sub": ["E1${v}", {"v": "r-1"}]}),
        ({"Fn::Sub": "${Bucket.Arn}"}, {"Fn::Sub": "${Bucket.Arn}"}),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ({"Fn::GetAtt": "Bucket.Arn"}, {"Fn::GetAtt": "Bucket.Arn"}),
    ],
)
def test_what_is_gone_is_called_by_the_name_that_it_had(value: Any, becomes: Any) -> None:
    plan = adopted({"Bucket": {"Type": BUCKET, "Properties": {"BucketEncryption": value}}})
    assert properties(plan, "Bucket") == {"BucketEncryption": becomes}


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::GetAtt": ["Role", "Arn"]},
        {"Fn::GetAtt": "Role.Arn"},
        [{"a": {"Fn::GetAtt": ["Role", "Arn"]}}],
        {"Fn::Sub": "to ${Role.Arn}"},
        {"Fn::Sub": ["to ${Role.Arn} ${v.w}", {"v.w": "x"}]},
        {"Fn::Sub": ["to ${v}", {"v": {"Fn::GetAtt": ["Role", "Arn"]}}]},
    ],
)
def test_what_nobody_knows_any_more_is_left_to_the_next_delivery(value: Any) -> None:
    plan = adopted({"Database": {"Type": DATABASE, "Properties": {"MonitoringRoleArn": value, "Port": "1"}}})
    assert properties(plan, "Database") == {"Port": "1"}
    why = "asks for Role.Arn, which is gone"
    assert plan.left_out == (LeftOut(logical_id="Database", property="MonitoringRoleArn", why=why),)


def test_a_protection_is_switched_on_again_by_the_next_delivery() -> None:
    plan = adopted({"Database": {"Type": DATABASE, "Properties": {"DeletionProtection": True}}})
    assert properties(plan, "Database") == {}
    assert [(each.property, each.why) for each in plan.left_out] == [
        ("DeletionProtection", "may have been switched off by hand")
    ]


@pytest.mark.parametrize(
    "value", [{"Ref": "Never"}, [{"a": {"Ref": "Never"}}], {"Fn::Sub": "${Never}"}, {"Fn::Sub": ["${Never}", {"v": 1}]}]
)
def test_reference_to_what_was_never_created_is_left_to_the_next_delivery(value: Any) -> None:
    never = {"Never": {"Type": "AWS::IAM::Role"}}
    database = {"Type": DATABASE, "Properties": {"MonitoringRoleArn": value, "Port": "1"}}
    plan = adoption({"Resources": {"Database": database, **never}}, Stack(ids=IDS, adopted=("Database",)))
    assert properties(plan, "Database") == {"Port": "1"}
    assert [each.why for each in plan.left_out] == ["asks for Never, which is gone"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(DATABASE, "KmsKeyId"), (DATABASE, "DBSubnetGroupName"), ("AWS::S3::BucketPolicy", "PolicyDocument")],
)
def test_what_the_next_delivery_could_not_set_without_harm_is_refused(kind: str, name: str) -> None:
    with pytest.raises(
        CannotAdoptError, match=rf"^Database \({kind}\) can't be adopted: its {name} asks for Key.Arn, "
    ):
        adopted({"Database": {"Type": kind, "Properties": {name: {"Fn::GetAtt": ["Key", "Arn"]}}}})
