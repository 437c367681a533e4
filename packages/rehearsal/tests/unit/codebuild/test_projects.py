from typing import Any

import pytest

from cdk_rehearsal.codebuild.authorisation import authorised_project
from cdk_rehearsal.codebuild.projects import check_properties, created, named, replaced, settings_of, updated
from cdk_rehearsal.emulator.contracts import Call, Json, ServiceError

ARN = "arn:aws:codebuild:us-east-1:111111111111:project/"


def call(operation: str = "CreateProject", **payload: Any) -> Call:
    return Call(
        operation=operation,
        payload=payload,
        account="111111111111",
        region="us-east-1",
        caller_arn="arn:aws:iam::1:root",
    )


def test_a_template_keeps_every_setting_in_the_words_of_the_api() -> None:
    settings = settings_of(
        {
            "Name": "synth",
            "Tags": [{"Key": "a", "Value": "b"}],
            "ServiceRole": "arn:role",
            "TimeoutInMinutes": "15",
            "EncryptionKey": "arn:key",
            "Source": {"Type": "CODEPIPELINE", "BuildSpec": "version: 0.2"},
            "Artifacts": {"Type": "CODEPIPELINE"},
            "Cache": {"Type": "LOCAL", "Modes": ["LOCAL_CUSTOM_CACHE"]},
            "Environment": {"EnvironmentVariables": [{"Name": "A", "Type": "PLAINTEXT", "Value": "1"}]},
            "SecondarySources": [{"Type": "S3", "BuildSpec": "x", "SourceIdentifier": "s"}],
            "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED", "GroupName": "g"}},
            "Visibility": "PRIVATE",
        }
    )
    assert settings == {
        "serviceRole": "arn:role",
        "timeoutInMinutes": 15,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": "arn:key",
        "source": {"type": "CODEPIPELINE", "buildspec": "version: 0.2"},
        "artifacts": {"type": "CODEPIPELINE"},
        "cache": {"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]},
        "environment": {"environmentVariables": [{"name": "A", "type": "PLAINTEXT", "value": "1"}]},
        "secondarySources": [{"type": "S3", "buildspec": "x", "sourceIdentifier": "s"}],
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": "g"}},
        "projectVisibility": "PRIVATE",
    }


def test_an_update_forgets_what_the_template_no_longer_says() -> None:
    project: Json = {
        "name": "p",
        "arn": "a",
        "created": 1,
        "tags": [{}],
        "description": "old",
        "cache": {"type": "LOCAL"},
    }
    assert replaced(project, settings_of({"Source": {}})) == {
        "name": "p",
        "arn": "a",
        "created": 1,
        "tags": [{}],
        "description": "",
        "source": {},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "cache": {"type": "NO_CACHE"},
        "timeoutInMinutes": 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": "alias/aws/s3",
    }


@pytest.mark.parametrize("webhook", [True, "true"])
def test_a_webhook_is_refused(webhook: object) -> None:
    with pytest.raises(ValueError, match=r"Triggers\.Webhook is not supported"):
        check_properties({"Triggers": {"Webhook": webhook}})


@pytest.mark.parametrize("properties", [{}, {"Name": "p1"}, {"Triggers": {"Webhook": False}}, {"Triggers": None}])
def test_no_webhook_is_fine(properties: Json) -> None:
    check_properties(properties)


def test_the_api_keeps_every_setting() -> None:
    given: Json = {
        "name": "p1",
        "source": {"type": "NO_SOURCE"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"image": "i"},
        "serviceRole": "arn:role",
        "cache": {"type": "LOCAL"},
    }
    project = created(call(**given))
    assert project.items() >= given.items()
    assert project["arn"] == f"{ARN}p1"
    changed = updated(project, call("UpdateProject", name="p1", description="new"))
    assert (changed["description"], changed["cache"]) == ("new", {"type": "LOCAL"})
    assert changed["lastModified"] > project["created"]


def test_a_project_without_its_least_is_refused() -> None:
    with pytest.raises(ServiceError) as caught:
        created(call(name="p1", source={"type": "S3"}))
    assert (caught.value.code, caught.value.message) == (
        "InvalidInputException",
        "artifacts, environment, serviceRole is missing",
    )


@pytest.mark.parametrize("name", ["p", "../p", "-p", "a b", "a" * 256])
def test_a_malformed_name_is_refused(name: str) -> None:
    given: Json = {
        "source": {"type": "S3"},
        "artifacts": {"type": "S3"},
        "environment": {"image": "i"},
        "serviceRole": "r",
    }
    with pytest.raises(ServiceError, match="is not allowed; 2 to 255 letters"):
        created(call(name=name, **given))
    with pytest.raises(ValueError, match="is not allowed; 2 to 255 letters"):
        check_properties({"Name": name})


def test_a_project_is_found_by_name_and_arn() -> None:
    projects = {"p": {"name": "p"}}
    assert named(projects, "p") is named(projects, f"{ARN}p") is projects["p"]
    with pytest.raises(ServiceError) as caught:
        named(projects, "q")
    assert caught.value.code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("payload", "resource"),
    [
        ({"projectName": "p"}, f"{ARN}p"),
        ({"projectName": f"{ARN}p"}, f"{ARN}p"),
        ({"name": "p"}, f"{ARN}p"),
        ({"names": ["p", f"{ARN}p"]}, f"{ARN}p"),
        ({"ids": ["p:1", "p:2"]}, f"{ARN}p"),
        ({"ids": ["arn:aws:codebuild:us-east-1:111111111111:build/p:1"]}, f"{ARN}p"),
        ({"id": "p:1"}, f"{ARN}p"),
        ({"ids": ["p:1", "q:2"]}, "*"),
        ({}, "*"),
    ],
)
def test_calls_are_authorised_on_their_project(payload: Json, resource: str) -> None:
    assert authorised_project(call(**payload)) == resource
