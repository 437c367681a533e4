from typing import Any

import pytest

from steps.losses import losses

DATABASE, KEY, ROLE = "AWS::RDS::DBInstance", "AWS::KMS::Key", "AWS::IAM::Role"


def change(id_: str, kind: str, action: str = "Modify", replacement: str = "", *details: dict[str, Any]) -> Any:
    named = {"Replacement": replacement} if replacement else {}
    found = {"LogicalResourceId": id_, "ResourceType": kind, "Action": action, "Details": list(details), **named}
    return {"ResourceChange": found}


def detail(name: str, recreation: str, source: str = "DirectModification", cause: str = "") -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation}
    return {"Target": target, "ChangeSource": source, "CausingEntity": cause}


def told(*changes: Any) -> dict[str, str]:
    return {loss.logical_id: loss.what for loss in losses(changes)}


def test_data_that_is_added_or_changed_in_place_is_not_lost() -> None:
    assert told(change("A", DATABASE, "Add"), change("B", DATABASE, "Modify", "False")) == {}


def test_what_holds_no_data_may_be_replaced_and_removed() -> None:
    assert told(change("A", ROLE, "Remove"), change("B", ROLE, "Modify", "True")) == {}


def test_data_that_leaves_the_stack_or_changes_unpredictably_is_lost() -> None:
    assert told(change("A", KEY, "Remove"), change("B", KEY, "Dynamic")) == {
        "A": "would leave the stack",
        "B": "would change in a way that CloudFormation can't tell before",
    }


@pytest.mark.parametrize(("replacement", "verb"), [("True", "would"), ("Conditional", "might")])
def test_a_replacement_is_told_with_the_properties_that_cause_it(replacement: str, verb: str) -> None:
    details = (detail("DBName", "Always"), detail("AllocatedStorage", "Never"))
    found = told(change("A", DATABASE, "Modify", replacement, *details))
    assert found == {"A": f"{verb} be replaced by a new, empty one because of DBName"}


@pytest.mark.parametrize(("replacement", "verb"), [("True", "would"), ("Conditional", "might")])
@pytest.mark.parametrize("details", [(), (detail("AllocatedStorage", "Never"),)])
def test_a_replacement_that_no_detail_explains_is_a_replacement(
    replacement: str, verb: str, details: tuple[dict[str, Any], ...]
) -> None:
    found = told(change("A", DATABASE, "Modify", replacement, *details))
    assert found == {"A": f"{verb} be replaced by a new, empty one"}


def test_a_key_whose_policy_changes_does_not_replace_what_it_encrypts() -> None:
    encrypted = change(
        "A", DATABASE, "Modify", "Conditional", detail("KmsKeyId", "Always", "ResourceAttribute", "Key.Arn")
    )
    assert told(change("Key", KEY, "Modify", "False", detail("KeyPolicy", "Never")), encrypted) == {}


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (change("Key", KEY, "Modify", "True"), "Key.Arn"),
        (change("Key", KEY, "Add"), "Key.Arn"),
        (change("Key", KEY, "Modify", "False"), "Key.Endpoint"),
        (change("Key", KEY, "Modify", "False"), "Another.Arn"),
    ],
)
def test_a_reference_to_what_may_become_another_counts(key: Any, cause: str) -> None:
    encrypted = change("A", DATABASE, "Modify", "Conditional", detail("KmsKeyId", "Always", "ResourceAttribute", cause))
    assert told(key, encrypted)["A"] == "might be replaced by a new, empty one because of KmsKeyId"
