from typing import Any

from cdk_rehearsal.access.page import markdown

IDLE = {"principal": "role/idle", "used": [], "unused": [], "denied": []}
WIDE = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
NARROW = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}


def used(action: str, resource: str, *policies: str) -> dict[str, Any]:
    return {"action": action, "resource": resource, "count": 2, "granted_by": list(policies)}


def grant(narrower: Any, *unused: str) -> dict[str, Any]:
    return {
        "policy": "inline",
        "statement": WIDE,
        "unused_actions": list(unused),
        "unused_resources": [],
        "narrower": narrower,
        "explained": [],
    }


def denied(action: str, statement: Any) -> dict[str, Any]:
    return {"action": action, "resource": "arn:b", "count": 4, "outcome": "denied", "statement": statement}


def page(*principals: Any, left_out: int = 0) -> str:
    found = {"version": 1, "left_out": left_out, "principals": list(principals), "stale_explanations": []}
    return markdown(found)


def test_what_was_used_is_a_row_an_action_with_its_first_resources_and_what_grants_it() -> None:
    many = [used("s3:GetObject", f"arn:{number}", "inline") for number in range(5)]
    said = page({**IDLE, "used": [*many, used("kms:Decrypt", "arn:key")]})
    assert "| s3:GetObject | `arn:0`, `arn:1`, `arn:2` and 2 more | 10 | inline |" in said
    assert "| kms:Decrypt | `arn:key` | 2 | the resource's own policy |" in said
    assert "Did nothing" not in said


def test_what_was_granted_and_not_used_shows_the_statement_and_what_was_enough() -> None:
    said = page({**IDLE, "used": [used("s3:GetObject", "a")], "unused": [grant(NARROW), grant(None, "s3:*")]})
    assert "inline, wider than what was used. Of\n```json\n{" in said
    assert 'this was enough:\n```json\n{\n  "Effect": "Allow",\n  "Action": [\n    "s3:GetObject"' in said
    assert "inline, never used: `s3:*`. Of\n" in said
    assert "```\nnothing was used." in said


def test_denials_come_first_with_the_statement_that_would_allow_them() -> None:
    refused = {**IDLE, "principal": "role/z", "denied": [denied("s3:PutObject", NARROW), denied("sns:Publish", None)]}
    said = page({**IDLE, "principal": "role/a", "used": [used("s3:GetObject", "a")]}, refused)
    assert said.index("role/z") < said.index("role/a")
    assert '- `s3:PutObject` on `arn:b`, 4 times; this would allow it: `{"Effect": "Allow"' in said
    assert "- `sns:Publish` on `arn:b`, 4 times: a statement denies it" in said


def test_roles_that_did_nothing_are_a_list_and_a_bound_that_was_hit_is_said() -> None:
    assert page(IDLE).endswith("## Did nothing in this run\n- `role/idle`\n")
    assert "not recorded" not in page(IDLE)
    assert "**7 questions were not recorded**" in page(IDLE, left_out=7)


def test_of_a_statement_with_thousands_of_actions_only_the_first_unused_ones_are_named() -> None:
    wide = {"Effect": "Allow", "Action": [f"service{number}:Get*" for number in range(1000)], "Resource": "*"}
    said = page({**IDLE, "used": [used("a:B", "a")], "unused": [{**grant(NARROW, *wide["Action"]), "statement": wide}]})
    assert "`service19:Get*` and 980 more. Of\na statement too long for here (access.json has it)\nthis was" in said
    assert "service20:" not in said
