"""A role that lacks something fails the action that needs it, by name."""

import pytest
from tests.codepipeline.emulated import DEV, TOOLS
from tests.codepipeline.shop import (
    ALL_OF_THE_PIPELINE,
    BUCKET,
    CONNECTION,
    Json,
    Shop,
    approval,
    deployment,
    source,
    stage,
    statement,
)

STORE, CONNECT, ASSUME = ALL_OF_THE_PIPELINE
CASES: dict[str, tuple[list[Json], str]] = {
    "upload": (
        [CONNECT, statement("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")],
        "is not permitted to perform PutObject",
    ),
    "connection": ([STORE], f"is not permitted to perform codeconnections:UseConnection on {CONNECTION}"),
    "nothing": ([], f"is not permitted to perform codeconnections:UseConnection on {CONNECTION}"),
}


def failure(shop: Shop, name: str, action: str) -> Json:
    (execution,) = shop.executions(name)
    shop.ends(name, execution["pipelineExecutionId"], "Failed")
    details: Json = shop.actions(name, execution["pipelineExecutionId"])[action]
    assert details["status"] == "Failed"
    error: Json = details["output"]["executionResult"]["errorDetails"]
    return error


@pytest.mark.parametrize("lacking", CASES)
def test_a_source_without_its_permissions_fails_by_name(shop: Shop, lacking: str) -> None:
    statements, message = CASES[lacking]
    name = f"lacking-{lacking}"
    copy = shop.working_copy(f"acme/{name}")
    copy.commit({"README": "words"})
    copy.push()
    role = shop.role(name, *statements)
    shop.create(name, stage("Source", source(f"acme/{name}")), stage("Gate", approval()), role=name)
    error = failure(shop, name, "Source")
    assert error["code"] == "PermissionError"
    assert error["message"].startswith(role)
    assert message in error["message"]


def test_a_role_that_does_not_trust_codepipeline_fails_the_first_action(shop: Shop) -> None:
    shop.role("suspicious", *ALL_OF_THE_PIPELINE, service="codebuild.amazonaws.com")
    shop.create("suspicious", stage("Source", source("acme/s")), stage("Gate", approval()), role="suspicious")
    error = failure(shop, "suspicious", "Source")
    assert error["code"] == "PermissionError"
    assert f"arn:aws:iam::{TOOLS}:role/suspicious" in error["message"]


def test_a_role_that_may_not_assume_the_roles_of_its_actions_fails_at_the_action(shop: Shop) -> None:
    copy = shop.working_copy("acme/homebound")
    copy.commit({"README": "words"})
    copy.push()
    shop.role("homebound", STORE, CONNECT)
    configuration = {"StackName": "homebound", "ChangeSetName": "changes"}
    deploy = stage("Deploy", deployment("Execute", "CHANGE_SET_EXECUTE", configuration=configuration))
    shop.create("homebound", stage("Source", source("acme/homebound")), deploy, role="homebound")
    error = failure(shop, "homebound", "Execute")
    assert error["code"] == "PermissionError"
    assert "AssumeRole" in error["message"]
    assert f"arn:aws:iam::{DEV}:role/deployer" in error["message"]


def test_what_a_service_refuses_for_another_reason_is_no_permission_error(shop: Shop) -> None:
    copy = shop.working_copy("acme/absent")
    copy.commit({"README": "words"})
    copy.push()
    configuration = {"StackName": "absent", "ChangeSetName": "changes"}
    deploy = stage("Deploy", deployment("Execute", "CHANGE_SET_EXECUTE", configuration=configuration))
    shop.create("absent", stage("Source", source("acme/absent")), deploy)
    error = failure(shop, "absent", "Execute")
    assert error["code"] == "JobFailed"
    assert error["message"].startswith("DescribeChangeSet: ChangeSetNotFound")
