"""Generated policy pairs, judged here and evaluated by the emulator's own IAM engine."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cdk_assembly import Stack
from cdk_verdict.access.deciding import Policies, growth
from cdk_verdict.access.statements import parse_document
from cdk_verdict.access.text import Texts

evaluator = pytest.importorskip("ministack.core.iam_evaluator")

STACK = Stack(path="S", name="S", stage="S", account="111111111111", region="us-east-1", file="s.json", template={})
PAIRS = 1500
ACTIONS = (
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "s3:Put?bject",
    "s3:*Object",
    "kms:*",
    "kms:De*",
    "K*:Decrypt",
    "?3:*",
)
RESOURCES = (
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::a",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::?",
    "arn:*:a*",
    "arn:aws:s3:::b/k",
)
REQUESTED = (
    "s3:GetObject",
    "s3:GetBucket",
    "s3:PutObject",
    "s3:DeleteObject",
    "kms:Decrypt",
    "kms:Encrypt",
    "sqs:X",
)
ON = (
    "*",
    "arn:aws:s3:::a",
    "arn:aws:s3:::a/k",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::ab/c",
    "arn:aws:kms:::a",
)
CONTEXTS = tuple(
    {"aws:SecureTransport": secure, "x:Tag": tag} for secure in (True, False) for tag in (None, "red", "blue", "green")
)
CONDITIONS: tuple[Any, ...] = (
    None,
    None,
    None,
    {"Bool": {"aws:SecureTransport": "true"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"x:Tag": ["red", "blue"]}},
    {"StringEquals": {"x:Tag": "red"}},
    {"StringEqualsIfExists": {"x:Tag": "red"}},
    {"StringNotEquals": {"x:Tag": ["red", "green"]}},
    {"StringNotEquals": {"x:Tag": "red"}},
    {"StringLike": {"x:Tag": "r*"}},
    {"Null": {"x:Tag": "false"}},
    {"ForAllValues:StringEquals": {"x:Tag": ["red", "blue"]}},
    {"ForAnyValue:StringEquals": {"x:Tag": ["red"]}},
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    base: list[Any]
    head: list[Any]
    base_boundary: list[Any] | None
    head_boundary: list[Any] | None


def statement(chance: random.Random, conditions: tuple[Any, ...]) -> dict[str, Any]:
    action = "Action" if chance.random() < 0.85 else "NotAction"
    resource = "Resource" if chance.random() < 0.85 else "NotResource"
    found: dict[str, Any] = {
        "Effect": "Allow" if chance.random() < 0.75 else "Deny",
        action: chance.sample(ACTIONS, chance.randint(1, 2)),
        resource: chance.sample(RESOURCES, chance.randint(1, 2)),
    }
    condition = chance.choice(conditions)
    if condition is not None:
        found["Condition"] = condition
    return found


def generated(seed: int, conditions: tuple[Any, ...] = CONDITIONS) -> Pair:
    """A pair that is often alike, since pairs that have nothing in common decide nothing."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    base = [statement(chance, conditions) for _ in range(chance.randint(1, 3))]
    head = [entry for entry in base if chance.random() < 0.8]
    if chance.random() < 0.6:
        head.append(statement(chance, conditions))
    boundary = [statement(chance, conditions) for _ in range(2)] if chance.random() < 0.2 else None
    kept = boundary if chance.random() < 0.7 else [statement(chance, conditions)]
    return Pair(base=base, head=head, base_boundary=boundary, head_boundary=kept if boundary else None)


def policies(statements: list[Any], boundary: list[Any] | None) -> Policies:
    def parsed(entries: list[Any]) -> Any:
        return parse_document({"Statement": entries}, texts=Texts(), stack=STACK)

    return Policies(statements=parsed(statements), boundary=None if boundary is None else parsed(boundary))


def oracle(statements: list[Any], boundary: list[Any] | None, request: tuple[str, str, dict[str, Any]]) -> bool:
    action, resource, context = request
    asked = evaluator.EvalContext(
        principal_arn="arn:aws:iam::111111111111:role/x",
        principal_type="AssumedRole",
        principal_account="111111111111",
        action=action,
        resource_arn=resource,
        region="us-east-1",
        source_ip="127.0.0.1",
        secure_transport=context["aws:SecureTransport"],
        service_context={} if context["x:Tag"] is None else {"x:Tag": context["x:Tag"]},
    )
    parsed = [evaluator.parse_policy_document({"Statement": statements})]
    limits = [] if boundary is None else [[evaluator.parse_policy_document({"Statement": boundary})]]
    return bool(evaluator.evaluate(asked, parsed, *limits).decision == "Allow")


def requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    return ((action, resource, context) for action in REQUESTED for resource in ON for context in CONTEXTS)


def test_decision_never_says_nothing_more_where_the_oracle_allows_more() -> None:
    contradicted, narrower = [], 0
    for seed in range(PAIRS):
        pair = generated(seed)
        found = list(growth(policies(pair.base, pair.base_boundary), policies(pair.head, pair.head_boundary)))
        if found:
            continue
        narrower += 1
        contradicted += [
            (seed, request)
            for request in requests()
            if oracle(pair.head, pair.head_boundary, request) and not oracle(pair.base, pair.base_boundary, request)
        ]
    assert contradicted == []
    assert narrower > PAIRS / 10  # the pairs decide something


def test_witness_without_conditions_is_allowed_by_head_and_not_by_base() -> None:
    wrong, witnesses = [], 0
    plain = {"aws:SecureTransport": True, "x:Tag": None}
    for seed in range(PAIRS):
        pair = generated(seed, conditions=(None,))
        for each in growth(policies(pair.base, pair.base_boundary), policies(pair.head, pair.head_boundary)):
            if each.kind == "allows":
                witnesses += 1
                request = (each.action, each.resource, plain)
                if not oracle(pair.head, pair.head_boundary, request) or oracle(pair.base, pair.base_boundary, request):
                    wrong.append((seed, each))
    assert wrong == []
    assert witnesses > 100


PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": "111111111111"},
    {"AWS": "arn:aws:iam::222222222222:root"},
    {"AWS": ["arn:aws:iam::222222222222:user/a", "arn:aws:iam::333333333333:user/b"]},
    {"AWS": "arn:aws:iam::111111111111:user/a"},
)
CALLERS = tuple(f"arn:aws:iam::{account * 12}:user/{name}" for account in "1234" for name in "ab")


def test_resource_policy_never_says_nothing_more_where_the_oracle_allows_more() -> None:
    contradicted, narrower = [], 0
    for seed in range(PAIRS):
        chance = random.Random(seed)  # noqa: S311 - repeatable, and no secret
        base = [{**statement(chance, (None,)), "Principal": chance.choice(PRINCIPALS)} for _ in range(2)]
        head = [entry for entry in base if chance.random() < 0.8]
        if chance.random() < 0.6:
            head.append({**statement(chance, (None,)), "Principal": chance.choice(PRINCIPALS)})
        if list(growth(policies(base, None), policies(head, None))):
            continue
        narrower += 1
        contradicted += [
            (seed, caller, action, resource)
            for caller in CALLERS
            for action in REQUESTED
            for resource in ON
            if resource_oracle(head, caller, action, resource) and not resource_oracle(base, caller, action, resource)
        ]
    assert contradicted == []
    assert narrower > PAIRS / 10


def resource_oracle(statements: list[Any], caller: str, action: str, resource: str) -> bool:
    asked = evaluator.EvalContext(
        principal_arn=caller,
        principal_type="User",
        principal_account=caller.split(":")[4],
        action=action,
        resource_arn=resource,
        region="us-east-1",
        source_ip="127.0.0.1",
        secure_transport=True,
    )
    return bool(evaluator.evaluate_resource_policy({"Statement": statements}, asked).decision == "Allow")
