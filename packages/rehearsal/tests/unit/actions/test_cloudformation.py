import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Bucket, Service, client_error, context, log_of
from tests.unit.engine.samples import deployment, named

from cdk_rehearsal.actions import cloudformation
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.actions.stacks import find_stack

ID = "arn:aws:cloudformation:eu-west-1:222222222222:stack/stack/1"
CHANGES = "arn:aws:cloudformation:eu-west-1:222222222222:changeSet/changes/1"
NO_STACK = client_error("ValidationError", "Stack with id stack does not exist")
NOTHING = "The submitted information didn't contain changes."
SETTINGS = {"RoleArn": "role", "TemplatePath": "Files::app.json"}


def stack(status: str, **members: Any) -> dict[str, Any]:
    return {"Stacks": [{"StackId": ID, "StackName": "stack", "StackStatus": status, **members}]}


def events(*found: dict[str, Any]) -> dict[str, Any]:
    """Events as CloudFormation answers them, newest first."""
    numbered = [
        {"EventId": str(number), "LogicalResourceId": "Bucket", "ResourceType": "AWS::S3::Bucket", **event}
        for number, event in enumerate(found)
    ]
    return {"StackEvents": numbered[::-1]}


def change_set(status: str, *changes: dict[str, Any], reason: str = "", **more: Any) -> dict[str, Any]:
    described = [{"Type": "Resource", "ResourceChange": change} for change in changes]
    return {
        "ChangeSetId": CHANGES,
        "ChangeSetName": "changes",
        "StackId": ID,
        "Status": status,
        "StatusReason": reason,
        "Changes": described,
        **more,
    }


def change(action: str, name: str, replacement: str = "") -> dict[str, Any]:
    found = {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::S3::Bucket"}
    return found | ({"Replacement": replacement} if replacement else {})


def prepare(tmp_path: Path, client: Service) -> Any:
    action = deployment(mode="CHANGE_SET_REPLACE", configuration=SETTINGS, input_artifacts=named("Files"))
    return context(tmp_path, action, services={"cloudformation": client}, files={"Files": {"app.json": b"{}"}})


def test_a_change_set_of_a_new_stack_is_a_creation(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [NO_STACK],
            "create_change_set": [{"Id": CHANGES}],
            "describe_change_set": [
                change_set("CREATE_IN_PROGRESS"),
                change_set("CREATE_COMPLETE", change("Add", "B")),
            ],
        }
    )
    found = prepare(tmp_path, client)
    assert cloudformation.run(found).summary == "Change set changes was created"
    assert client.asked("create_change_set")["ChangeSetType"] == "CREATE"


@pytest.mark.parametrize(("status", "kind"), [("CREATE_COMPLETE", "UPDATE"), ("REVIEW_IN_PROGRESS", "CREATE")])
def test_an_earlier_change_set_is_replaced(tmp_path: Path, status: str, kind: str) -> None:
    client = Service(
        {
            "describe_stacks": [stack(status)],
            "delete_change_set": [{}],
            "create_change_set": [{"Id": CHANGES}],
            "describe_change_set": [change_set("CREATE_COMPLETE", change("Add", "B"))],
        }
    )
    cloudformation.run(prepare(tmp_path, client))
    assert client.asked("delete_change_set") == {"StackName": "stack", "ChangeSetName": "changes"}
    assert client.asked("create_change_set")["ChangeSetType"] == kind


def test_every_change_is_logged_by_its_worst_outcome(tmp_path: Path) -> None:
    first = change_set(
        "CREATE_COMPLETE",
        change("Add", "Added"),
        change("Modify", "Changed", "False"),
        change("Modify", "Replaced", "True"),
        NextToken="more",
    )
    rest = change_set("CREATE_COMPLETE", change("Modify", "Perhaps", "Conditional"), change("Remove", "Gone"))
    client = Service(
        {
            "describe_stacks": [NO_STACK],
            "create_change_set": [{"Id": CHANGES}],
            "describe_change_set": [first, rest],
        }
    )
    found = prepare(tmp_path, client)
    cloudformation.run(found)
    lines = [line.split(" ", 1)[1] for line in log_of(found).splitlines() if "AWS::S3::Bucket" in line]
    assert lines == [
        "Add      AWS::S3::Bucket Added",
        "Modify   AWS::S3::Bucket Changed",
        "Replace  AWS::S3::Bucket Replaced",
        "Replace? AWS::S3::Bucket Perhaps",
        "Remove   AWS::S3::Bucket Gone",
    ]


def test_a_change_set_without_changes_succeeds(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [stack("CREATE_COMPLETE")],
            "delete_change_set": [{}],
            "create_change_set": [{"Id": CHANGES}],
            "describe_change_set": [change_set("FAILED", reason=NOTHING)],
        }
    )
    found = prepare(tmp_path, client)
    assert "has no changes" in cloudformation.run(found).summary
    assert "change set changes: no resource changes" in log_of(found)


def test_a_change_set_that_fails_says_why(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [NO_STACK],
            "create_change_set": [{"Id": CHANGES}],
            "describe_change_set": [change_set("FAILED", reason="Transform failed")],
        }
    )
    with pytest.raises(ActionFailedError, match="Change set changes of stack stack failed: Transform failed"):
        cloudformation.run(prepare(tmp_path, client))


def test_a_stack_that_can_only_be_deleted_is_refused(tmp_path: Path) -> None:
    client = Service({"describe_stacks": [stack("ROLLBACK_COMPLETE")]})
    with pytest.raises(ActionFailedError, match="is in ROLLBACK_COMPLETE state and can not be updated; delete it"):
        cloudformation.run(prepare(tmp_path, client))


OUTPUTS = [{"OutputKey": "Url", "OutputValue": "https://example.com"}]
BEGUN = {"ResourceStatus": "UPDATE_IN_PROGRESS"}


def test_an_executed_change_set_answers_the_outputs_of_the_stack(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_change_set": [change_set("CREATE_COMPLETE", change("Add", "B"))],
            "execute_change_set": [{}],
            "describe_stacks": [stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE", Outputs=OUTPUTS)],
            "describe_stack_events": [
                events({"ResourceStatus": "CREATE_COMPLETE"}),
                events({"ResourceStatus": "CREATE_COMPLETE"}, BEGUN),
            ],
        }
    )
    bucket = Bucket()
    action = deployment(configuration={"OutputFileName": "outputs.json"}, output_artifacts=named("Outputs"))
    found = context(tmp_path, action, services={"cloudformation": client}, bucket=bucket)
    assert cloudformation.run(found).variables == {"Url": "https://example.com"}
    with zipfile.ZipFile(io.BytesIO(bucket.objects["artifacts", "delivery/Outputs/out"])) as archive:
        assert json.loads(archive.read("outputs.json")) == {"Url": "https://example.com"}
    assert log_of(found).count("AWS::S3::Bucket Bucket") == 1
    assert "output Url = https://example.com" in log_of(found)


def test_a_change_set_without_changes_is_not_executed(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_change_set": [change_set("FAILED", reason=NOTHING)],
            "describe_stacks": [stack("CREATE_COMPLETE", Outputs=OUTPUTS)],
        }
    )
    action = deployment(output_artifacts=named("Outputs"))
    found = cloudformation.run(context(tmp_path, action, services={"cloudformation": client}))
    assert found.variables == {"Url": "https://example.com"}
    assert "execute_change_set" not in {name for name, _ in client.calls}


def test_a_failed_deployment_names_the_resource_that_failed_first(tmp_path: Path) -> None:
    failed = {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "the name is taken"}
    consequence = {
        "ResourceStatus": "CREATE_FAILED",
        "LogicalResourceId": "Topic",
        "ResourceStatusReason": "Resource creation cancelled",
    }
    later = {"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "Queue"}
    client = Service(
        {
            "describe_change_set": [change_set("CREATE_COMPLETE", change("Add", "B"))],
            "execute_change_set": [{}],
            "describe_stacks": [stack("ROLLBACK_COMPLETE", StackStatusReason="rolled back")],
            "describe_stack_events": [events(), events(consequence, failed, later)],
        }
    )
    expected = r"ended in ROLLBACK_COMPLETE: Bucket \(AWS::S3::Bucket\) CREATE_FAILED: the name is taken"
    with pytest.raises(ActionFailedError, match=expected):
        cloudformation.run(context(tmp_path, deployment(), services={"cloudformation": client}))


@pytest.mark.parametrize(("reason", "said"), [("rolled back", "rolled back"), ("", "no reason given")])
def test_a_failed_deployment_without_a_failed_resource_says_the_reason_of_the_stack(
    tmp_path: Path, reason: str, said: str
) -> None:
    client = Service(
        {
            "describe_change_set": [change_set("CREATE_COMPLETE", change("Add", "B"))],
            "execute_change_set": [{}],
            "describe_stacks": [stack("UPDATE_ROLLBACK_COMPLETE", StackStatusReason=reason)],
            "describe_stack_events": [events(), events(BEGUN)],
        }
    )
    with pytest.raises(ActionFailedError, match=f"ended in UPDATE_ROLLBACK_COMPLETE: {said}"):
        cloudformation.run(context(tmp_path, deployment(), services={"cloudformation": client}))


def create_or_update(tmp_path: Path, client: Service) -> Any:
    action = deployment(mode="CREATE_UPDATE", configuration=SETTINGS, input_artifacts=named("Files"))
    return context(tmp_path, action, services={"cloudformation": client}, files={"Files": {"app.json": b"{}"}})


def test_a_stack_is_created_and_its_first_events_count(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [NO_STACK, stack("CREATE_COMPLETE")],
            "create_stack": [{"StackId": ID}],
            "describe_stack_events": [events({"ResourceStatus": "CREATE_COMPLETE"})],
        }
    )
    assert cloudformation.run(create_or_update(tmp_path, client)).summary == "Stack stack created"


def test_a_stack_is_updated(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [stack("CREATE_COMPLETE"), stack("CREATE_COMPLETE"), stack("UPDATE_COMPLETE")],
            "update_stack": [{"StackId": ID}],
            "describe_stack_events": [events(), events(), events(BEGUN)],
        }
    )
    # Until the operation shows an event of its own, the old status means nothing.
    assert cloudformation.run(create_or_update(tmp_path, client)).summary == "Stack stack updated"


def test_a_stack_without_updates_is_up_to_date(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [stack("CREATE_COMPLETE", Outputs=OUTPUTS)],
            "update_stack": [client_error("ValidationError", "No updates are to be performed.")],
            "describe_stack_events": [events()],
        }
    )
    found = cloudformation.run(create_or_update(tmp_path, client))
    assert (found.summary, found.variables) == ("Stack stack is up to date", {"Url": "https://example.com"})


def test_another_refusal_of_an_update_is_no_success(tmp_path: Path) -> None:
    refused = client_error("ValidationError", "Parameters: [Size] must have values")
    client = Service(
        {
            "describe_stacks": [stack("CREATE_COMPLETE")],
            "update_stack": [refused],
            "describe_stack_events": [events()],
        }
    )
    with pytest.raises(type(refused), match="must have values"):
        cloudformation.run(create_or_update(tmp_path, client))


def delete(tmp_path: Path, client: Service, **configuration: str) -> str:
    action = deployment(mode="DELETE_ONLY", configuration=configuration)
    return cloudformation.run(context(tmp_path, action, services={"cloudformation": client})).summary


@pytest.mark.parametrize("role", [{}, {"RoleArn": "role"}])
def test_a_stack_is_deleted(tmp_path: Path, role: dict[str, str]) -> None:
    client = Service(
        {
            "describe_stacks": [stack("CREATE_COMPLETE"), stack("DELETE_COMPLETE")],
            "delete_stack": [{}],
            "describe_stack_events": [events(), events({"ResourceStatus": "DELETE_IN_PROGRESS"})],
        }
    )
    assert delete(tmp_path, client, **role) == "Stack stack was deleted"
    assert client.asked("delete_stack") == {"StackName": "stack", **({"RoleARN": "role"} if role else {})}


def test_a_stack_that_is_gone_is_as_good_as_deleted(tmp_path: Path) -> None:
    assert delete(tmp_path, Service({"describe_stacks": [NO_STACK]})) == "There is no stack stack"


def test_a_stack_that_disappears_under_watch_fails_the_action(tmp_path: Path) -> None:
    client = Service(
        {
            "describe_stacks": [stack("CREATE_COMPLETE"), NO_STACK],
            "delete_stack": [{}],
            "describe_stack_events": [events()],
        }
    )
    with pytest.raises(ActionFailedError, match="disappeared while it was watched"):
        delete(tmp_path, client)


def test_a_look_that_is_refused_is_not_taken_for_an_absent_stack() -> None:
    denied = client_error("AccessDenied", "no")
    with pytest.raises(type(denied)):
        find_stack(Service({"describe_stacks": [denied]}), "stack")
