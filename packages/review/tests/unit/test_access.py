"""A reviewer reads in words what a change lets anybody do or reach, and nothing that was possible before."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.comparing import STACK, reviewed

from cdk_review.model.security import Access
from delivery_testing.assemblies import resource, template

ROLE = resource("AWS::IAM::Role", f"{STACK}/Reader/Role/Resource", {"RoleName": "r"})
BUCKET_ARN = "arn:aws:s3:::data/*"


def statement(
    actions: Any = "s3:GetObject", on: Any = BUCKET_ARN, effect: str = "Allow", **more: Any
) -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Resource": on, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Statement": list(statements)}
    of_role = resource(
        "AWS::IAM::Policy", f"{STACK}/Reader/Policy", {"Roles": [{"Ref": "Role"}], "PolicyDocument": document}
    )
    return template(Role=ROLE, Policy=of_role)


def group(**properties: Any) -> dict[str, Any]:
    return template(Group=resource("AWS::EC2::SecurityGroup", f"{STACK}/Group/Resource", properties))


def rule(port: int, address: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": address}


def access(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> list[Access]:
    return list(reviewed(folder, before, after).access)


def test_a_new_statement_says_who_may_do_what_on_what(tmp_path: Path) -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "1"}}
    after = policy(statement(["s3:GetObject", "s3:PutObject"], ["*", BUCKET_ARN], Condition=condition))
    (found,) = access(tmp_path, policy(), after)
    assert (found.kind, found.who, found.what, found.on) == (
        "allows",
        ("AWS:${Reader/Role}",),
        ("s3:GetObject", "s3:PutObject"),
        ("*", BUCKET_ARN),
    )
    assert found.condition == '{"StringEquals":{"aws:SourceAccount":"1"}}'
    assert found.everyone is False


def test_only_what_is_new_in_a_statement_is_told(tmp_path: Path) -> None:
    before = policy(statement(["s3:GetObject", "s3:ListBucket"]))
    (found,) = access(tmp_path, before, policy(statement(["s3:GetObject", "s3:ListBucket", "s3:DeleteObject"])))
    assert found.what == ("s3:DeleteObject",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (statement("s3:*"), statement("s3:GetObject")),
        (statement("S3:Get*"), statement("s3:GetObject")),
        (statement(on="arn:aws:s3:::*"), statement()),
        (statement(), statement(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        (statement(["s3:GetObject", "s3:PutObject"]), statement()),
        (statement(Sid="Old"), statement(Sid="New")),
    ],
)
def test_narrowing_is_not_told_as_broadening(tmp_path: Path, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert access(tmp_path, policy(before), policy(after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (statement(), statement("s3:*")),
        (statement(), statement(on="*")),
        (statement(Condition={"Bool": {"aws:SecureTransport": "true"}}), statement()),
        (statement("s3:Get[O]*"), statement("s3:GetO")),
        (statement(effect="Deny"), statement()),
    ],
)
def test_broadening_is_told(tmp_path: Path, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert [item.kind for item in access(tmp_path, policy(before), policy(after)) if item.kind == "allows"] == [
        "allows"
    ]


def test_everything_but_something_is_told_as_that(tmp_path: Path) -> None:
    wide = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    (found,) = access(tmp_path, policy(), policy(wide))
    assert found.what == ("everything but iam:*, sts:*",)


def test_a_denial_that_goes_opens_what_it_closed(tmp_path: Path) -> None:
    (found,) = access(tmp_path, policy(statement(effect="Deny")), policy())
    assert (found.kind, found.what) == ("denies no longer", ("s3:GetObject",))


def test_a_denial_that_comes_opens_nothing(tmp_path: Path) -> None:
    assert access(tmp_path, policy(), policy(statement(effect="Deny"))) == []


def test_a_statement_that_is_worked_out_when_deployed_is_not_passed_over(tmp_path: Path) -> None:
    conditional = {"Fn::If": ["Wide", statement("s3:*"), {"Ref": "AWS::NoValue"}]}
    (found,) = access(tmp_path, policy(), policy(conditional))
    assert (found.kind, found.who) == ("unknown", (STACK,))
    assert "s3:*" in found.what[0]


def test_who_may_take_on_a_role_is_told(tmp_path: Path) -> None:
    def trusting(*principals: Any) -> dict[str, Any]:
        statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": item} for item in principals]
        role = resource("AWS::IAM::Role", f"{STACK}/Role", {"AssumeRolePolicyDocument": {"Statement": statements}})
        return template(Role=role)

    service = {"Service": "lambda.amazonaws.com"}
    found = access(tmp_path, trusting(service), trusting(service, {"AWS": "*"}, "*"))
    assert {item.who for item in found} == {("AWS:*",), ("*",)}
    assert all(item.everyone for item in found)


def test_managed_policies_that_are_attached_are_told(tmp_path: Path) -> None:
    def attached(*arns: str) -> dict[str, Any]:
        return template(Role=resource("AWS::IAM::Role", f"{STACK}/Role", {"ManagedPolicyArns": list(arns)}))

    (found,) = access(tmp_path, attached("arn:aws:iam::aws:policy/Old"), attached("arn:aws:iam::aws:policy/New"))
    assert (found.kind, found.what) == ("attaches", ("arn:aws:iam::aws:policy/New",))
    assert "Role" in found.who[0]


def test_openings_of_the_network_are_told_everyones_first_of_all(tmp_path: Path) -> None:
    before = group(SecurityGroupIngress=[rule(443, "10.0.0.0/8")], SecurityGroupEgress=[])
    after = group(
        SecurityGroupIngress=[rule(443, "10.0.0.0/8"), rule(22, "0.0.0.0/0"), rule(80, "10.0.0.0/8")],
        SecurityGroupEgress=[rule(53, "192.0.2.1/32")],
    )
    found = {(item.kind, item.what, item.who, item.everyone) for item in access(tmp_path, before, after)}
    assert found == {
        ("lets in", ("TCP 22",), ("Everyone (IPv4)",), True),
        ("lets in", ("TCP 80",), ("10.0.0.0/8",), False),
        ("lets out", ("TCP 53",), ("192.0.2.1/32",), False),
    }


def test_closing_the_network_is_not_told_as_opening(tmp_path: Path) -> None:
    assert access(tmp_path, group(SecurityGroupIngress=[rule(22, "0.0.0.0/0")]), group()) == []


def test_a_rule_that_only_moves_to_a_resource_of_its_own_is_no_opening(tmp_path: Path) -> None:
    before = group(SecurityGroupIngress=[{**rule(443, "10.0.0.0/8"), "Description": "old"}])
    after = group(SecurityGroupIngress=[{**rule(443, "10.0.0.0/8"), "Description": "new"}])
    assert access(tmp_path, before, after) == []


def test_a_wide_principal_covers_a_narrow_one(tmp_path: Path) -> None:
    def queue(principal: Any) -> dict[str, Any]:
        document = {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Principal": principal, "Resource": "*"}]}
        properties = {"Queues": ["q"], "PolicyDocument": document}
        return template(Policy=resource("AWS::SQS::QueuePolicy", f"{STACK}/Policy", properties))

    narrow, wide = queue({"AWS": "arn:aws:iam::123456789012:root"}), queue("*")
    assert access(tmp_path / "narrower", wide, narrow) == []
    assert [item.everyone for item in access(tmp_path / "wider", narrow, wide)] == [True]
