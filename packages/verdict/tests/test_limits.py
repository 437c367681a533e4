from typing import Any

import pytest
from verdict_samples import app, outcome, resource, said, stack

from cdk_verdict import Kind, Observation, Outcome, VerdictError
from cdk_verdict.limits import Limit, broken_limits, read_limits


def role(*statements: Any, **more: Any) -> dict[str, Any]:
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]
    return resource("AWS::IAM::Role", keep=None, Policies=policies, **more)


def allow(action: Any, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def broken(limit: Limit, resources: Any) -> list[Observation]:
    return list(broken_limits(app(stack(resources)), [limit]))


KEYS = Limit(sentence="Only operators delete keys", actions=("kms:ScheduleKeyDeletion",), exceptions=("*/Operators",))


def test_role_that_may_do_it_breaks_the_limit_with_a_witness() -> None:
    (found,) = broken(KEYS, {"R": role(allow("kms:*")), "Operators": role(allow("kms:*"))})
    assert (found.kind, found.severity) == (Kind.LIMIT, Outcome.STOPPED)
    assert found.sentence == "Only operators delete keys: Shop/Prod/Data/R may kms:schedulekeydeletion on *."
    assert found.witness is not None


def test_denied_and_other_actions_keep_to_the_limit() -> None:
    denied = {**allow("kms:Schedule*"), "Effect": "Deny"}
    assert broken(KEYS, {"R": role(allow("kms:Decrypt")), "S": role(allow("*"), denied)}) == []


def test_condition_does_not_take_a_permission_out_of_the_limit() -> None:
    assert broken(KEYS, {"R": role(allow("kms:*", Condition={"Bool": {"a": "true"}}))})


def test_limit_on_resources_knows_constructs_and_arns() -> None:
    secret = {"Secret": resource("AWS::SecretsManager::Secret")}
    get = "secretsmanager:GetSecretValue"
    limit = Limit(sentence="x", actions=(get,), resources=("construct:Shop/Prod/Data/Secret", "arn:aws:x:::y*"))
    assert broken(limit, {**secret, "R": role(allow(get, {"Ref": "Secret"}))})
    assert broken(limit, {**secret, "R": role(allow(get, "arn:aws:x:::yes"))})
    assert broken(limit, {**secret, "R": role(allow(get))})
    assert broken(limit, {**secret, "R": role(allow(get, "arn:aws:z"))}) == []
    assert (
        broken(Limit(sentence="x", actions=(get,), resources=("construct:Gone",)), {"R": role(allow(get, "a"))}) == []
    )


def test_limit_on_functions_is_about_their_roles_alone() -> None:
    limit = Limit(sentence="x", actions=("s3:*",), who="functions")
    function = resource("AWS::Lambda::Function", Role={"Fn::GetAtt": ["R", "Arn"]})
    odd = resource("AWS::Lambda::Function", Role="arn")
    found = broken(limit, {"R": role(allow("s3:*")), "S": role(allow("s3:*")), "F": function, "G": odd})
    assert [each.subject.logical_id for each in found if each.subject] == ["R"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"AWS": "999999999999"}, Outcome.STOPPED),
        ("*", Outcome.STOPPED),
        ({"AWS": "333333333333"}, Outcome.CLEAN),
        ({"Service": "ec2.amazonaws.com"}, Outcome.CLEAN),
    ],
)
def test_limit_on_outsiders_is_about_resource_policies(who: Any, expected: Outcome) -> None:
    limit = Limit(sentence="x", actions=("sts:AssumeRole*",), who="outsiders")
    trust = {"Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]}
    held = {"R": role(allow("*"), AssumeRolePolicyDocument=trust), "E": resource("AWS::EC2::VPCEndpoint")}
    assert outcome(broken(limit, held)) is expected


def test_managed_policies_are_known_or_need_a_look() -> None:
    policies = "arn:aws:iam::aws:policy"
    assert outcome(broken(KEYS, {"R": role(ManagedPolicyArns=[f"{policies}/AdministratorAccess"])})) is Outcome.STOPPED
    basic = f"{policies}/service-role/AWSLambdaBasicExecutionRole"
    assert broken(KEYS, {"R": role(ManagedPolicyArns=[basic])}) == []
    found = broken(KEYS, {"R": role(ManagedPolicyArns=[f"{policies}/ReadOnlyAccess"])})
    assert outcome(found) is Outcome.NEEDS_LOOK
    assert "ReadOnlyAccess" in said(found)


def test_what_cannot_be_decided_needs_a_look() -> None:
    assert "cannot be decided" in said(broken(KEYS, {"R": role(3)}))
    assert "states" in said(broken(KEYS, {"R": role(allow("kms:*", f"*a{'?' * 20}"))}))


def test_file_is_read_into_limits() -> None:
    text = "- {limit: ' A ', actions: [a:b], resources: [c], who: functions, except: [d]}"
    expected = Limit(sentence="A", actions=("a:b",), resources=("c",), who="functions", exceptions=("d",))
    assert read_limits(text) == (expected,)
    assert read_limits("") == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[", "access-limits.yaml: not YAML"),
        ("a: b", "access-limits.yaml: not a list"),
        ("- 3", "entry 1: not an object"),
        ("- {novel: 3}", "entry 1: not an object"),
        ("- {actions: [a]}", "limit is missing"),
        ("- {limit: a}", "actions is missing"),
        ("- {limit: a, actions: [b], who: me}", "who 'me' is unknown"),
        ("- {limit: a, actions: b}", "actions is not a list of texts"),
        ("- {limit: a, actions: [b], except: [3]}", "except is not a list of texts"),
    ],
)
def test_wrong_file_is_one_line(text: str, what: str) -> None:
    with pytest.raises(VerdictError) as caught:
        read_limits(text)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)
