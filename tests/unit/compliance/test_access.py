"""Nobody is let in by accident: not everybody, not strangers through a service, not AWS's own idea of a policy."""

from typing import Any

import pytest

from compliance.rules.access import AWS_MANAGED, CONFUSED_DEPUTY, EVERYBODY
from tests.unit.compliance.judging import broken, judged, resource

TLS = {"Bool": {"aws:SecureTransport": "true"}}


def policy(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Principal": principal, "Action": "sqs:SendMessage", **more}]}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["111111111111", "*"]}])
def test_everybody_is_let_in_on_a_condition_alone(principal: Any) -> None:
    assert broken(EVERYBODY, Queue=resource("AWS::SQS::QueuePolicy", PolicyDocument=policy(principal))) == {
        ("Queue", "Properties")
    }
    for harmless in (policy(principal, Condition=TLS), policy(principal, effect="Deny")):
        assert broken(EVERYBODY, Queue=resource("AWS::SQS::QueuePolicy", PolicyDocument=harmless)) == set()


def test_somebody_may_be_let_in_without_a_condition() -> None:
    named = policy({"AWS": "111111111111", "Service": ["sns.amazonaws.com"]})
    assert broken(EVERYBODY, Queue=resource("AWS::SQS::QueuePolicy", PolicyDocument=named)) == set()
    assert (
        broken(EVERYBODY, Role=resource("AWS::IAM::Policy", PolicyDocument={"Statement": {"Effect": "Allow"}})) == set()
    )


def test_policies_are_found_wherever_they_stand() -> None:
    role = resource("AWS::IAM::Role", Policies=[{"PolicyDocument": policy("*")}], AssumeRolePolicyDocument=policy({}))
    assert broken(EVERYBODY, Role=role) == {("Role", "Properties")}


@pytest.mark.parametrize(
    ("kind", "property_"), [("AWS::IAM::Role", "AssumeRolePolicyDocument"), ("AWS::KMS::Key", "KeyPolicy")]
)
def test_a_service_says_for_whom_it_acts(kind: str, property_: str) -> None:
    service = {"Service": "lambda.amazonaws.com"}
    (breach,) = judged(CONFUSED_DEPUTY, Used=resource(kind, **{property_: policy(service, Condition=TLS)}))
    assert (breach.resource, breach.location) == ("Used", f"Properties.{property_}")
    assert "aws:SourceAccount or aws:SourceArn for lambda.amazonaws.com" in breach.what
    for key in ("aws:SourceAccount", "AWS:SourceArn", "kms:EncryptionContext:aws:logs:arn"):
        held = policy(service, Condition={"StringLike": {key: "x"}})
        assert broken(CONFUSED_DEPUTY, Used=resource(kind, **{property_: held})) == set()


def test_ec2_names_no_source_and_accounts_are_no_services() -> None:
    for principal in ({"Service": "ec2.amazonaws.com"}, {"AWS": "111111111111"}):
        role = resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy(principal))
        assert broken(CONFUSED_DEPUTY, Role=role) == set()
    both = policy({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]})
    assert broken(CONFUSED_DEPUTY, Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=both)) != set()


@pytest.mark.parametrize("kind", ["AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"])
@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/service-role/X"]]},
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"},
    ],
)
def test_no_identity_holds_a_policy_that_aws_writes(kind: str, arn: Any) -> None:
    holder = resource(kind, ManagedPolicyArns=[{"Ref": "Own"}, arn])
    assert broken(AWS_MANAGED, Holder=holder) == {("Holder", "Properties.ManagedPolicyArns")}
    assert broken(AWS_MANAGED, Holder=resource(kind, ManagedPolicyArns=[{"Ref": "Own"}]), Other=resource(kind)) == set()
