from typing import Any

import pytest

from cdk_verdict import Outcome, VerdictError, change_set_losses

DATABASE, KEY, ROLE = "AWS::RDS::DBInstance", "AWS::KMS::Key", "AWS::IAM::Role"


def change(id_: str, kind: str, action: str = "Modify", replacement: str = "", *details: dict[str, Any]) -> Any:
    named = {"Replacement": replacement} if replacement else {}
    found = {"LogicalResourceId": id_, "ResourceType": kind, "Action": action, "Details": list(details), **named}
    return {"ResourceChange": found}


def detail(name: str, recreation: str, source: str = "DirectModification", cause: str = "") -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation}
    return {"Target": target, "ChangeSource": source, "CausingEntity": cause}


def told(*changes: Any) -> dict[str, str]:
    return {loss.logical_id: loss.what for loss in change_set_losses(changes)}


@pytest.mark.parametrize(("action", "replacement"), [("Add", ""), ("Import", ""), ("Modify", "False"), ("Modify", "")])
def test_added_imported_and_updated_data_is_not_lost(action: str, replacement: str) -> None:
    assert told(change("A", DATABASE, action, replacement)) == {}


def test_stateless_resources_may_be_replaced_and_removed() -> None:
    assert told(change("A", ROLE, "Remove"), change("B", ROLE, "Modify", "True")) == {}


def test_removed_or_unpredictable_data_is_lost() -> None:
    unknown = "would change in a way that CloudFormation cannot tell beforehand"
    found = told(change("A", KEY, "Remove"), change("B", KEY, "Dynamic"), change("C", KEY, "Novel"))
    assert found == {"A": "would leave the stack", "B": unknown, "C": unknown}


@pytest.mark.parametrize(("replacement", "verb"), [("True", "would"), ("Conditional", "might")])
def test_replacement_names_the_properties_that_cause_it(replacement: str, verb: str) -> None:
    details = (detail("DBName", "Always"), detail("AllocatedStorage", "Never"))
    found = told(change("A", DATABASE, "Modify", replacement, *details))
    assert found == {"A": f"{verb} be replaced by a new, empty one because of DBName"}


@pytest.mark.parametrize(("replacement", "verb"), [("True", "would"), ("Conditional", "might")])
@pytest.mark.parametrize("details", [(), (detail("AllocatedStorage", "Never"),)])
def test_unexplained_replacement_counts(replacement: str, verb: str, details: tuple[dict[str, Any], ...]) -> None:
    found = told(change("A", DATABASE, "Modify", replacement, *details))
    assert found == {"A": f"{verb} be replaced by a new, empty one"}


ENCRYPTED = ("A", DATABASE, "Modify", "Conditional")


def test_key_that_is_updated_in_place_does_not_replace_what_it_encrypts() -> None:
    key = change("Key", KEY, "Modify", "False", detail("KeyPolicy", "Never"))
    assert told(key, change(*ENCRYPTED, detail("KmsKeyId", "Always", "ResourceAttribute", "Key.Arn"))) == {}
    assert told(key, change(*ENCRYPTED, detail("KmsKeyId", "Always", "ResourceReference", "Key"))) == {}


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (change("Key", KEY, "Modify", "True"), "Key.Arn"),
        (change("Key", KEY, "Add"), "Key.Arn"),
        (change("Key", KEY, "Modify", "False"), "Key.Endpoint"),
        (change("Key", KEY, "Modify", "False"), "Another.Arn"),
    ],
)
def test_reference_to_a_resource_that_may_change_identity_counts(key: Any, cause: str) -> None:
    encrypted = change(*ENCRYPTED, detail("KmsKeyId", "Always", "ResourceAttribute", cause))
    assert told(key, encrypted)["A"] == "might be replaced by a new, empty one because of KmsKeyId"


def test_types_that_hold_data_can_be_named() -> None:
    assert [each.type for each in change_set_losses([change("A", ROLE, "Remove")], stateful={ROLE})] == [ROLE]


def test_loss_becomes_an_observation_that_can_be_signed_off() -> None:
    (loss,) = change_set_losses([change("A", DATABASE, "Remove")])
    found = loss.observation(stage="Shop/Prod", stack="Shop/Prod/Data", path="Shop/Prod/Data/Db")
    assert (found.severity, found.stage) == (Outcome.STOPPED, "Shop/Prod")
    assert found.sentence == "Shop/Prod/Data/Db (AWS::RDS::DBInstance ) would leave the stack."
    assert loss.observation(stage="S", stack="S/T").subject is not None


@pytest.mark.parametrize(
    "changes", [[{}], [{"ResourceChange": {}}], [3], [change("A", DATABASE, "Modify", "True", {})]]
)
def test_description_of_another_form_is_one_line(changes: Any) -> None:
    with pytest.raises(VerdictError, match="change set: not what DescribeChangeSet returns"):
        change_set_losses(changes)
