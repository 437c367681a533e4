import json
from typing import Any

import pytest
from verdict_samples import app, observed, outcome, resource, said, stack

from cdk_verdict import Kind, Outcome, generate, tables
from cdk_verdict.protections.judging import protections
from cdk_verdict.protections.meanings import Meaning, Row
from cdk_verdict.protections.rules import REMOVED, judged_types, row_of, rows_of
from cdk_verdict.stateful import STATELESS

pytest.importorskip("cfnlint")
LOOK, STOP, CLEAN = Outcome.NEEDS_LOOK, Outcome.STOPPED, Outcome.CLEAN


@pytest.mark.parametrize(
    ("type_", "before", "after", "expected"),
    [
        ("S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}}, {}, STOP),
        ("S3::Bucket", {}, {"VersioningConfiguration": {"Status": "Enabled"}}, CLEAN),
        ("S3::Bucket", {"LoggingConfiguration": {"DestinationBucketName": "a"}}, {}, STOP),
        (
            "S3::Bucket",
            {"LoggingConfiguration": {"DestinationBucketName": "a"}},
            {"LoggingConfiguration": {"DestinationBucketName": "b"}},
            LOOK,
        ),
        ("S3::Bucket", {}, {"LifecycleConfiguration": {"Rules": [{"ExpirationInDays": 1}]}}, STOP),
        (
            "S3::Bucket",
            {},
            {"LifecycleConfiguration": {"Rules": [{"AbortIncompleteMultipartUpload": {}, "Status": "Enabled"}]}},
            CLEAN,
        ),
        (
            "S3::Bucket",
            {"LifecycleConfiguration": {"Rules": [{"Id": "a", "Status": "Disabled"}]}},
            {"LifecycleConfiguration": {"Rules": [{"Id": "a", "Status": "Enabled"}]}},
            LOOK,
        ),
        ("S3::Bucket", {"AccessControl": "Private"}, {"AccessControl": "PublicRead"}, STOP),
        ("S3::Bucket", {"AccessControl": "Private"}, {"AccessControl": "Novel"}, LOOK),
        ("S3::Bucket", {"Novel": 1}, {"Novel": 2}, LOOK),
        ("RDS::DBInstance", {"PubliclyAccessible": False}, {"PubliclyAccessible": True}, STOP),
        ("RDS::DBInstance", {"PubliclyAccessible": False}, {"PubliclyAccessible": {"Ref": "x"}}, LOOK),
        ("RDS::DBInstance", {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 1}, STOP),
        ("RDS::DBInstance", {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 9}, CLEAN),
        ("RDS::DBInstance", {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": {"Ref": "x"}}, LOOK),
        ("RDS::DBInstance", {"MultiAZ": True}, {"MultiAZ": False}, LOOK),
        ("RDS::DBInstance", {"EnableCloudwatchLogsExports": ["a", "b"]}, {"EnableCloudwatchLogsExports": ["a"]}, STOP),
        (
            "RDS::DBInstance",
            {"EnableCloudwatchLogsExports": ["a", "b"]},
            {"EnableCloudwatchLogsExports": ["b", "a"]},
            CLEAN,
        ),
        ("RDS::DBInstance", {"VPCSecurityGroups": ["a"]}, {"VPCSecurityGroups": ["a", "b"]}, STOP),
        ("RDS::DBInstance", {"VPCSecurityGroups": ["a"]}, {"VPCSecurityGroups": {"Ref": "x"}}, LOOK),
        ("RDS::DBInstance", {"PreferredMaintenanceWindow": "a"}, {"PreferredMaintenanceWindow": "b"}, CLEAN),
        ("RDS::DBInstance", {"DBInstanceClass": "a"}, {"DBInstanceClass": "b"}, CLEAN),
        ("RDS::DBParameterGroup", {"Parameters": {"rds.force_ssl": "1"}}, {"Parameters": {"rds.force_ssl": "0"}}, STOP),
        ("RDS::DBParameterGroup", {"Parameters": {"work_mem": "1"}}, {"Parameters": {"work_mem": "2"}}, LOOK),
        ("Logs::LogGroup", {}, {"RetentionInDays": 7}, STOP),
        ("Logs::LogGroup", {"RetentionInDays": 7}, {}, CLEAN),
        ("Logs::LogGroup", {"KmsKeyId": "a"}, {"KmsKeyId": "b"}, LOOK),
        ("KMS::Key", {"RotationPeriodInDays": 90}, {"RotationPeriodInDays": 365}, STOP),
        ("KMS::Key", {"Description": "a"}, {"Description": "b"}, CLEAN),
        ("IAM::Role", {"MaxSessionDuration": 3600}, {"MaxSessionDuration": 43200}, LOOK),
        ("CloudWatch::Alarm", {"AlarmActions": ["a"]}, {"AlarmActions": []}, STOP),
        ("CloudWatch::Alarm", {"AlarmActions": ["a"]}, {}, STOP),
        ("CloudWatch::Alarm", {}, {"ActionsEnabled": False}, STOP),
        ("S3::Bucket", {"CorsConfiguration": {"a": 1}}, {"CorsConfiguration": {"a": 2}}, LOOK),
        ("S3::Bucket", {"CorsConfiguration": {"a": 1}}, {}, CLEAN),
        ("CloudWatch::Alarm", {"Threshold": 1}, {"Threshold": 100}, LOOK),
        ("Lambda::Function", {"Code": {"S3Key": "a"}}, {"Code": {"S3Key": "b"}}, CLEAN),
        ("Lambda::Function", {"ReservedConcurrentExecutions": 5}, {}, LOOK),
        ("WAFv2::WebACL", {"DefaultAction": {"Block": {}}}, {"DefaultAction": {"Allow": {}}}, STOP),
        ("WAFv2::WebACL", {"Rules": [{"Name": "a", "Priority": 1}]}, {"Rules": []}, STOP),
        (
            "WAFv2::WebACL",
            {"Rules": [{"Name": "a", "Action": {"Block": {}}}]},
            {"Rules": [{"Name": "a", "Action": {"Count": {}}}]},
            STOP,
        ),
        ("WAFv2::WebACL", {"Rules": [{"Name": "a"}]}, {"Rules": [{"Name": "b"}, {"Name": "a"}]}, CLEAN),
        ("ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, {"SecurityPolicy": "TLS_1_0"}, STOP),
        ("ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_0"}, {"SecurityPolicy": "TLS_1_2"}, CLEAN),
        ("ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, {"SecurityPolicy": "odd"}, LOOK),
        ("ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, {}, STOP),
        ("ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, {"SecurityPolicy": "SSL_3_0"}, STOP),
        ("ApiGateway::DomainName", {}, {"SecurityPolicy": "odd"}, LOOK),
        ("Glue::Database", {"DatabaseInput": {"LocationUri": "a"}}, {"DatabaseInput": {"LocationUri": "b"}}, LOOK),
        ("Glue::Database", {"Tags": ["a"]}, {"Tags": ["b"]}, CLEAN),
    ],
)
def test_changed_property_is_judged_by_its_meaning(
    type_: str, before: dict[str, Any], after: dict[str, Any], expected: Outcome
) -> None:
    old, new = resource(f"AWS::{type_}", **before), resource(f"AWS::{type_}", **after)
    found = observed(protections, {"A": old}, {"A": new})
    assert outcome(found) is expected, said(found)


def test_observation_names_property_values_and_what_to_do() -> None:
    old, new = (resource("AWS::KMS::Key", EnableKeyRotation=value) for value in (True, False))
    (found,) = observed(protections, {"A": old}, {"A": new})
    assert found.sentence == "EnableKeyRotation of Shop/Prod/Data/A goes from true to false: it is less encrypted."
    assert (found.meaning, found.location, found.before, found.after) == (
        "encrypted",
        "EnableKeyRotation",
        "true",
        "false",
    )
    assert found.kind is Kind.PROTECTION
    assert "Set EnableKeyRotation back" in found.todo


def test_long_values_are_cut_in_the_sentence_alone() -> None:
    old, new = (resource("AWS::S3::Bucket", Novel=letter * 500) for letter in "ab")
    (found,) = observed(protections, {"A": old}, {"A": new})
    assert "…" in found.sentence
    assert found.after == "b" * 500


@pytest.mark.parametrize("type_", ["AWS::EC2::FlowLog", "AWS::CloudWatch::Alarm", "AWS::WAFv2::WebACL"])
def test_removed_protection_is_stopped_unless_it_moves(type_: str) -> None:
    held = resource(type_, keep=None, Name="x")
    assert outcome(observed(protections, {"A": held}, {})) is STOP
    assert observed(protections, {"A": held}, {"B": held}) == []


def test_removed_resource_that_protects_nothing_is_clean() -> None:
    assert observed(protections, {"A": resource("AWS::Lambda::Function")}, {}) == []
    assert observed(protections, {"A": resource("AWS::S3::Bucket")}, {}) == []


def test_changed_type_counts_as_removed_and_added() -> None:
    old, new = resource("AWS::EC2::FlowLog"), resource("AWS::Lambda::Url", AuthType="NONE")
    assert len(observed(protections, {"A": old}, {"A": new})) == 2


@pytest.mark.parametrize(
    ("type_", "properties", "expected"),
    [
        ("AWS::Lambda::Url", {"AuthType": "NONE"}, STOP),
        ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, CLEAN),
        ("AWS::RDS::DBInstance", {"PubliclyAccessible": True}, STOP),
        ("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [{"Privileged": True}]}, STOP),
        ("AWS::S3::Bucket", {}, CLEAN),
        ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}, STOP),
        ("Foo::Bar::Baz", {}, LOOK),
        ("Custom::Thing", {}, LOOK),
        ("Custom::S3AutoDeleteObjects", {}, CLEAN),
    ],
)
def test_new_resource_is_judged_by_what_it_exposes(type_: str, properties: dict[str, Any], expected: Outcome) -> None:
    assert outcome(observed(protections, {}, {"A": resource(type_, **properties)})) is expected


def test_changed_resource_without_schema_needs_a_look() -> None:
    old, new = (resource("Foo::Bar::Baz", Size=size) for size in (1, 2))
    assert "has no schema" in said(observed(protections, {"A": old}, {"A": new}))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Condition", "Wanted", LOOK),
        ("CreationPolicy", {"a": 1}, LOOK),
        ("DependsOn", "B", CLEAN),
        ("Metadata", {"aws:cdk:path": "x"}, CLEAN),
        ("Metadata", {"AWS::CloudFormation::Init": {}}, LOOK),
        ("Metadata", 3, LOOK),
    ],
)
def test_attributes_outside_of_properties_are_judged(name: str, value: Any, expected: Outcome) -> None:
    held = resource("AWS::Lambda::Function")
    assert outcome(observed(protections, {"A": held}, {"A": {**held, name: value}})) is expected


def test_condition_on_data_is_left_to_losses() -> None:
    held = resource("AWS::S3::Bucket")
    assert observed(protections, {"A": held}, {"A": {**held, "Condition": "Wanted"}}) == []


def test_new_stack_is_judged_by_what_it_exposes() -> None:
    opened = stack({"A": resource("AWS::Lambda::Url", AuthType="NONE")}, path="B", name="b")
    assert outcome(protections(app(stack(path="A")), app(stack(path="A"), opened))) is STOP


def test_removed_stack_is_left_to_losses() -> None:
    assert list(protections(app(stack(path="A"), stack(path="B", name="b")), app(stack(path="A")))) == []


def test_every_property_of_a_judged_type_is_classified() -> None:
    schemas = {schema["typeName"]: schema for schema in generate._schemas()}
    unclassified = {
        f"{type_} {name}"
        for type_ in judged_types() & schemas.keys()
        for name in schemas[type_]["properties"]
        if f"/properties/{name}" not in schemas[type_].get("readOnlyProperties", ()) and row_of(type_, name) is None
    }
    assert unclassified == set()


def test_rows_name_properties_that_exist() -> None:
    schemas = {schema["typeName"]: schema for schema in generate._schemas()}
    wrong = {
        f"{type_} {path}"
        for type_ in judged_types() & schemas.keys()
        for path in rows_of(type_)
        if path != REMOVED and path.partition(".")[0] not in schemas[type_]["properties"]
    }
    assert wrong == set()
    assert all(tables.known(type_) or type_ in STATELESS for type_ in judged_types())


def test_name_of_a_type_is_neutral_and_other_names_are_not() -> None:
    assert row_of("AWS::Glue::Job", "JobName") == Row(path="JobName", meaning=Meaning.NEUTRAL, direction="name")
    assert row_of("AWS::Glue::Job", "RoleName") is None


def test_every_row_has_a_direction_that_judges() -> None:
    for type_ in judged_types():
        for row in rows_of(type_).values():
            assert row.judge(json.dumps("a"), json.dumps("b")) in {None, *Outcome}
