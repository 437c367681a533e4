from pathlib import Path
from typing import Any

import pytest

from cdk_rehearsal.access.explained import Explanation, explain, read_explanations
from cdk_rehearsal.errors import RehearsalError

WHY = "Needed when a build breaks, which none did."
ROLE = "arn:aws:iam::111111111111:role/App-BuildRole-1"


def grant(*unused: str, **statement: Any) -> dict[str, Any]:
    return {"statement": {"Effect": "Allow", **statement}, "unused_actions": list(unused)}


def explained(entry: Explanation, given: dict[str, Any], role: str = ROLE) -> tuple[list[str], bool]:
    found = explain({"principals": [{"principal": role, "unused": [given]}]}, [entry])
    ((one,),) = [each["unused"] for each in found["principals"]]
    return one["explained"], bool(found["stale_explanations"])


def entry(*actions: str, role: str = "App-*Role-*") -> Explanation:
    return Explanation(role=role, actions=actions, reason=WHY)


def test_a_grant_is_explained_when_every_action_in_question_is() -> None:
    assert explained(entry("sns:*"), grant("sns:Publish", "sns:Tag*", Action=["sns:*", "s3:*"])) == ([WHY], False)
    assert explained(entry("sns:*"), grant("sns:Publish", "s3:Get*", Action=["sns:*", "s3:*"])) == ([], True)


def test_where_resources_alone_were_not_met_all_actions_are_in_question() -> None:
    assert explained(entry("sns:Publish"), grant(Action="sns:Publish")) == ([WHY], False)
    assert explained(entry("sns:Publish"), grant(Action=["sns:Publish", "s3:GetObject"])) == ([], True)
    assert explained(entry("*"), grant(NotAction="iam:*")) == ([WHY], False)


def test_an_explanation_is_for_the_roles_that_it_names() -> None:
    assert explained(entry("*", role="Other-*"), grant("sns:Publish", Action="*")) == ([], True)


def test_no_file_explains_nothing_and_an_empty_one_neither(tmp_path: Path) -> None:
    path = tmp_path / "explained.yaml"
    assert read_explanations(path) == ()
    path.write_text("# nothing yet\n")
    assert read_explanations(path) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a: [", "can't be read"),
        ("- role: a", "0.actions: Field required; an explanation has a role, actions and a reason"),
        ("- {role: a, actions: [b], reason: short}", "0.reason: String should have at least 20 characters"),
        ("word", "the file: "),
    ],
)
def test_a_file_that_explains_nothing_well_is_named_with_what_is_wrong(tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "explained.yaml"
    path.write_text(text)
    with pytest.raises(RehearsalError) as refused:
        read_explanations(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert wrong in str(refused.value)
