"""What stores data names a key of its own stack."""

from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from cdk_verdict import STATEFUL
from compliance.rules.encryption import ENCRYPTION, KEYS, SSE
from tests.unit.compliance.judging import KEY, KEY_ARN, broken, judged, resource

# Types that hold data and have no property of their own for its key: those in a cluster or domain that has one, the key
# itself, stacks of other templates, and services that offer none.
WITHOUT_KEY = {
    "AWS::ACMPCA::CertificateAuthority",
    "AWS::Cassandra::Keyspace",
    "AWS::CloudFormation::Stack",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBInstance",
    "AWS::EMR::Cluster",
    "AWS::ElastiCache::CacheCluster",
    "AWS::FSx::Volume",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::MSK::ServerlessCluster",
    "AWS::Neptune::DBInstance",
    "AWS::RDS::GlobalCluster",
    "AWS::Route53::HostedZone",
    "AWS::SDB::Domain",
    "AWS::Timestream::Table",
}


def test_every_type_that_holds_data_is_asked() -> None:
    assert STATEFUL - set(KEYS) == WITHOUT_KEY


@pytest.mark.parametrize("kind", KEYS)
def test_keys_are_looked_for_where_cloudformation_has_them(kind: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    for path in KEYS[kind]:
        found = schema
        for step in path.split("."):
            while "$ref" in found:
                found = schema["definitions"][found["$ref"].rsplit("/", 1)[-1]]
            found = found["items"] if step == "*" else found["properties"][step]


def nested(path: str, value: Any) -> Any:
    for step in reversed(path.split(".")):
        value = [value] if step == "*" else {step: value}
    return value


def merged(first: Any, second: Any) -> Any:
    return {**first, **{k: merged(first[k], v) if k in first else v for k, v in second.items()}}


def with_keys(kind: str, value: Any) -> Any:
    properties: Any = {"Environment": {"Variables": {"A": "b"}}} if kind == "AWS::Lambda::Function" else {}
    for path in KEYS[kind]:
        properties = merged(properties, nested(path, value))
    return {"Type": kind, "Properties": properties}


@pytest.mark.parametrize("kind", KEYS)
def test_the_key_of_the_stack_is_accepted(kind: str) -> None:
    assert broken(ENCRYPTION, Key=KEY, Store=with_keys(kind, KEY_ARN)) == set()
    assert broken(ENCRYPTION, Key=KEY, Store=with_keys(kind, {"Ref": "Key"})) == set()


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("other", [None, "alias/aws/s3", {"Fn::GetAtt": ["Topic", "Arn"]}, {"Ref": "Elsewhere"}])
def test_any_other_key_is_a_finding(kind: str, other: Any) -> None:
    topic = resource("AWS::SNS::Topic", KmsMasterKeyId=KEY_ARN)
    found = broken(ENCRYPTION, Key=KEY, Topic=topic, Store=with_keys(kind, other))
    assert found == {("Store", f"Properties.{path}") for path in KEYS[kind]}


@pytest.mark.parametrize("kind", [kind for kind in KEYS if kind != "AWS::Lambda::Function"])
def test_silence_is_a_finding_that_says_what_to_set(kind: str) -> None:
    found = judged(ENCRYPTION, Key=KEY, Store={"Type": kind})
    assert [breach.what for breach in found] == [f"set {path} to the key of the stack" for path in KEYS[kind]]


def test_a_bucket_under_a_key_that_s3_has_is_a_finding() -> None:
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    bucket = resource("AWS::S3::Bucket", BucketEncryption={"ServerSideEncryptionConfiguration": [rule]})
    assert broken(ENCRYPTION, Key=KEY, Bucket=bucket) == {("Bucket", f"Properties.{SSE}")}


def test_every_volume_of_a_launch_template_needs_the_key() -> None:
    volumes = [{"Ebs": {"KmsKeyId": KEY_ARN}}, {"Ebs": {"Encrypted": True}}]
    template = resource("AWS::EC2::LaunchTemplate", LaunchTemplateData={"BlockDeviceMappings": volumes})
    assert {id_ for id_, _ in broken(ENCRYPTION, Key=KEY, Template=template)} == {"Template"}


def test_an_alias_stands_for_the_key_that_it_is_of() -> None:
    queue = resource("AWS::SQS::Queue", KmsMasterKeyId={"Ref": "Alias"})
    own = resource("AWS::KMS::Alias", TargetKeyId=KEY_ARN)
    other = resource("AWS::KMS::Alias", TargetKeyId="1234")
    assert broken(ENCRYPTION, Key=KEY, Alias=own, Queue=queue) == set()
    assert broken(ENCRYPTION, Key=KEY, Alias=other, Queue=queue) != set()


def test_a_function_without_variables_keeps_nothing_to_encrypt() -> None:
    assert broken(ENCRYPTION, Function=resource("AWS::Lambda::Function")) == set()
