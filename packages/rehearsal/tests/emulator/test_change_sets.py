"""MiniStack does these by itself; a delivery stands on them, so they are held here."""

import botocore.exceptions
import pytest

from cdk_rehearsal.testing.harness import Account, Json, propose, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BAD = resource("AWS::EC2::NatGateway", {"SubnetId": "none"}, DependsOn="Topic")


def changes(change_set: Json) -> dict[str, tuple[str, str | None]]:
    all_of_them = [change["ResourceChange"] for change in change_set["Changes"]]
    return {each["LogicalResourceId"]: (each["Action"], each.get("Replacement")) for each in all_of_them}


def topic(name: str, display: str = "x") -> Json:
    return resource("AWS::SNS::Topic", {"TopicName": name, "DisplayName": display})


def test_a_change_set_tells_what_is_added_changed_replaced_and_removed(account: Account) -> None:
    before = {
        "Kept": topic("kept"),
        "Changed": topic("changed"),
        "Replaced": topic("replaced"),
        "Removed": topic("gone"),
    }
    account.deploy("app", before)
    after = {
        "Kept": topic("kept"),
        "Changed": topic("changed", "y"),
        "Replaced": topic("another"),
        "Added": topic("added"),
    }
    assert changes(propose(account, "app", after)) == {
        "Changed": ("Modify", "False"),
        "Replaced": ("Modify", "True"),
        "Removed": ("Remove", None),
        "Added": ("Add", None),
    }
    account.client("cloudformation").execute_change_set(StackName="app", ChangeSetName="next")
    assert account.settled("app")["StackStatus"] == "UPDATE_COMPLETE"
    names = {found["TopicArn"].rsplit(":", 1)[-1] for found in account.client("sns").list_topics()["Topics"]}
    assert names == {"kept", "changed", "another", "added"}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("AWS::EC2::EIP", {"Domain": "vpc"}, {"Domain": "vpc", "Address": "52.0.0.1"}),
        ("AWS::S3::Bucket", {}, {"BucketName": "another-name-for-the-bucket"}),
        ("AWS::Logs::LogGroup", {"LogGroupName": "a"}, {"LogGroupName": "b"}),
    ],
)
def test_a_property_that_cannot_change_is_announced_as_a_replacement(
    account: Account, kind: str, before: Json, after: Json
) -> None:
    account.deploy("app", {"Thing": resource(kind, before)})
    assert changes(propose(account, "app", {"Thing": resource(kind, after)})) == {"Thing": ("Modify", "True")}


def test_an_unchanged_template_fails_with_the_words_that_codepipeline_takes_for_success(account: Account) -> None:
    account.deploy("app", {"Topic": topic("t")})
    found = propose(account, "app", {"Topic": topic("t")})
    assert found["Status"] == "FAILED"
    assert "The submitted information didn't contain changes" in found["StatusReason"]


def test_a_stack_that_is_only_proposed_waits_in_review(account: Account) -> None:
    assert changes(propose(account, "app", {"Topic": topic("t")}, "CREATE")) == {"Topic": ("Add", None)}
    assert (account.stack("app") or {})["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert account.client("sns").list_topics()["Topics"] == []


def test_a_failed_create_rolls_back_and_must_be_deleted_before_another_try(account: Account) -> None:
    resources = {
        "Topic": topic("t"),
        "Bad": {**resource("AWS::EC2::NatGateway", {"SubnetId": "none"}), "DependsOn": "Topic"},
    }
    assert account.deploy("app", resources)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert account.client("sns").list_topics()["Topics"] == []
    with pytest.raises(botocore.exceptions.ClientError, match="ROLLBACK_COMPLETE"):
        account.deploy("app", {"Topic": topic("t")})
    account.delete("app")
    assert account.deploy("app", {"Topic": topic("t")})["StackStatus"] == "CREATE_COMPLETE"


def test_a_failed_update_goes_back_to_what_was(account: Account) -> None:
    account.deploy("app", {"Topic": topic("t", "before")})
    update = account.deploy("app", {"Topic": topic("t", "after"), "Bad": BAD})
    assert update["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    arn = account.physical_id("app", "Topic")
    attributes = account.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    assert attributes["DisplayName"] == "before"


def test_a_protected_stack_is_not_deleted(account: Account) -> None:
    account.deploy("app", {"Topic": topic("t")}, EnableTerminationProtection=True)
    client = account.client("cloudformation")
    assert refused(lambda: client.delete_stack(StackName="app")) == "ValidationError"
    assert len(account.client("sns").list_topics()["Topics"]) == 1
    client.update_termination_protection(StackName="app", EnableTerminationProtection=False)
    assert account.delete("app") == {}


def test_what_is_retained_outlives_its_stack_and_its_replacement(account: Account) -> None:
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    account.deploy("app", {"Topic": {**topic("first"), **kept}})
    account.deploy("app", {"Topic": {**topic("second"), **kept}})
    assert account.delete("app") == {}
    names = {found["TopicArn"].rsplit(":", 1)[-1] for found in account.client("sns").list_topics()["Topics"]}
    assert names == {"first", "second"}


def test_what_is_not_retained_goes_with_its_replacement(account: Account) -> None:
    account.deploy("app", {"Topic": topic("first")})
    account.deploy("app", {"Topic": topic("second")})
    names = {found["TopicArn"].rsplit(":", 1)[-1] for found in account.client("sns").list_topics()["Topics"]}
    assert names == {"second"}


@pytest.mark.parametrize("kind", ["AWS::Redshift::Cluster", "AWS::CloudFormation::Macro"])
def test_a_type_that_is_not_emulated_is_refused_by_its_name(account: Account, kind: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=kind):
        account.deploy("app", {"Thing": resource(kind)})
