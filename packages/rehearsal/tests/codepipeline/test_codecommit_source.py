"""Pipelines whose source is a repository of CodeCommit: found by polling, or started by a rule of EventBridge."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import DEV, REGION, TOOLS, Emulator, eventually
from tests.codepipeline.shop import (
    ALL_OF_THE_PIPELINE,
    Json,
    Shop,
    WorkingCopy,
    action,
    approval,
    policy,
    stage,
    statement,
    trust,
)
from tests.codepipeline.test_s3_source import newest

from cdk_rehearsal.source.repository import codecommit_name, repository_path

READ = ["codecommit:GetBranch", "codecommit:GetCommit", "codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus"]


@pytest.fixture(scope="module", autouse=True)
def role(shop: Shop) -> None:
    shop.role("committer", *ALL_OF_THE_PIPELINE, statement(READ))


def repository(shop: Shop, name: str, account: str = TOOLS) -> WorkingCopy:
    """Create a repository of CodeCommit; return a clone of it."""
    shop.emulator.client("codecommit", account).create_repository(repositoryName=name)
    bare = repository_path(shop.config, codecommit_name(account, REGION, name))
    return WorkingCopy(bare, shop.config.state_dir.parent / "clones" / account / name)


def commit_source(name: str, **members: Any) -> Json:
    configuration = {"RepositoryName": name, "BranchName": "main", **members.pop("configuration", {})}
    made = [{"name": "Files"}]
    return action(
        "Source",
        "Source",
        "CodeCommit",
        configuration=configuration,
        outputArtifacts=made,
        namespace="Source",
        **members,
    )


def tell(text: str = "x") -> Json:
    return stage("Gate", approval(configuration={"CustomData": text}))


def rule(shop: Shop, name: str, event: str) -> str:
    """A rule that starts the pipeline of that name at an event of the repository of that name; its ARN."""
    iam, events = shop.emulator.client("iam"), shop.emulator.client("events")
    pipeline = f"arn:aws:codepipeline:{REGION}:{TOOLS}:{name}"
    iam.create_role(RoleName=f"{name}-events", AssumeRolePolicyDocument=trust({"Service": "events.amazonaws.com"}))
    may = policy(statement("codepipeline:StartPipelineExecution", pipeline))
    iam.put_role_policy(RoleName=f"{name}-events", PolicyName="start", PolicyDocument=may)
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [f"arn:aws:codecommit:{REGION}:{TOOLS}:{name}"],
        "detail": {"event": [event], "referenceType": ["branch"], "referenceName": ["main"]},
    }
    arn: str = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    target = {"Id": "one", "Arn": pipeline, "RoleArn": f"arn:aws:iam::{TOOLS}:role/{name}-events"}
    events.put_targets(Rule=name, Targets=[target])
    return arn


def test_a_push_is_found_by_polling_and_delivered_with_its_variables(shop: Shop) -> None:
    copy = repository(shop, "c-polled")
    names = ("RepositoryName", "BranchName", "CommitId", "CommitMessage", "AuthorDate", "CommitterDate")
    told = " ".join(f"#{{Source.{name}}}" for name in names)
    shop.create("c-polled", stage("Source", commit_source("c-polled")), tell(told), role="committer")
    shop.ends("c-polled", shop.executions("c-polled")[0]["pipelineExecutionId"], "Failed")
    commit = copy.commit({"README": "words"}, "Word it")
    said = copy.push()
    execution = shop.executions("c-polled")[-1]
    assert f"remote: pipeline c-polled: execution {execution['pipelineExecutionId']} started" in said
    assert "remote: EventBridge knows of main" in said
    assert execution["trigger"]["triggerType"] == "PollForSourceChanges"
    shop.answer("c-polled", "Gate", "Approve")
    ended = shop.ends("c-polled", execution["pipelineExecutionId"], "Succeeded", "Failed")
    assert [(each["revisionId"], each["revisionSummary"]) for each in ended["artifactRevisions"]] == [
        (commit, "Word it")
    ]
    resolved = shop.actions("c-polled", execution["pipelineExecutionId"])["Approve"]["input"]["resolvedConfiguration"]
    date = copy.git("log", "-1", "--format=%cI")
    assert resolved["CustomData"] == f"c-polled main {commit} Word it {date} {date}"


def test_a_rule_starts_what_does_not_poll(shop: Shop) -> None:
    copy = repository(shop, "c-ruled")
    still = commit_source("c-ruled", configuration={"PollForSourceChanges": "false"})
    shop.create("c-ruled", stage("Source", still), tell(), role="committer")
    shop.ends("c-ruled", shop.executions("c-ruled")[0]["pipelineExecutionId"], "Failed")
    arn = rule(shop, "c-ruled", "referenceUpdated")
    copy.commit({"README": "words"})
    assert "execution" not in copy.push()
    commit = copy.commit({"README": "more words"})
    copy.push()
    execution = newest(shop, "c-ruled", 2)
    assert execution["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": arn}
    shop.answer("c-ruled", "Gate", "Approve")
    ended = shop.ends("c-ruled", execution["pipelineExecutionId"], "Succeeded", "Failed")
    assert [each["revisionId"] for each in ended["artifactRevisions"]] == [commit]


def test_whoever_starts_the_pipeline_may_name_the_commit(shop: Shop) -> None:
    copy = repository(shop, "c-pinned")
    old = copy.commit({"README": "old"})
    copy.push()
    copy.commit({"README": "new"})
    copy.push()
    shop.create("c-pinned", stage("Source", commit_source("c-pinned")), tell(), role="committer")
    override = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": old}
    shop.answer("c-pinned", "Gate", "Approve")
    started = shop.start("c-pinned", sourceRevisions=[override])
    shop.answer("c-pinned", "Gate", "Approve")
    assert [each["revisionId"] for each in shop.ends("c-pinned", started, "Succeeded")["artifactRevisions"]] == [old]


def test_a_repository_of_the_same_name_elsewhere_starts_nothing(shop: Shop) -> None:
    repository(shop, "c-namesake")
    elsewhere = repository(shop, "c-namesake", DEV)
    shop.create("c-namesake", stage("Source", commit_source("c-namesake")), tell(), role="committer")
    elsewhere.commit({"README": "words"})
    assert "execution" not in elsewhere.push()
    assert len(shop.executions("c-namesake")) == 1


@pytest.mark.parametrize("lacking", READ)
def test_a_role_that_lacks_something_fails_by_name(shop: Shop, lacking: str) -> None:
    name = f"lacks-{lacking.partition(':')[2]}"
    copy = repository(shop, name)
    copy.commit({"README": "words"})
    copy.push()
    role = shop.role(name, *ALL_OF_THE_PIPELINE, statement([each for each in READ if each != lacking]))
    shop.create(name, stage("Source", commit_source(name)), tell(), role=name)
    (execution,) = shop.executions(name)
    shop.ends(name, execution["pipelineExecutionId"], "Failed")
    details = shop.actions(name, execution["pipelineExecutionId"])["Source"]["output"]["executionResult"]
    assert details["errorDetails"]["code"] == "PermissionError"
    assert details["errorDetails"]["message"].startswith(f"{role} is not permitted to perform")
    assert lacking.partition(":")[2] in details["errorDetails"]["message"]


def test_repositories_branches_and_commits_are_what_was_pushed(shop: Shop) -> None:
    api = shop.emulator.client("codecommit")
    made = api.create_repository(repositoryName="c-read", repositoryDescription="To read")["repositoryMetadata"]
    assert (made["accountId"], made["repositoryDescription"]) == (TOOLS, "To read")
    assert api.get_repository(repositoryName="c-read")["repositoryMetadata"] == made
    assert {"repositoryName": "c-read", "repositoryId": made["repositoryId"]} in api.list_repositories()["repositories"]
    with pytest.raises(ClientError, match="RepositoryNameExistsException"):
        api.create_repository(repositoryName="c-read")
    with pytest.raises(ClientError, match="BranchDoesNotExistException"):
        api.get_branch(repositoryName="c-read", branchName="main")

    bare = repository_path(shop.config, codecommit_name(TOOLS, REGION, "c-read"))
    copy = WorkingCopy(bare, shop.config.state_dir.parent / "clones" / "c-read")
    commit = copy.commit({"README": "words"}, "Word it")
    copy.push("main")
    copy.push("feature/a")
    assert api.list_branches(repositoryName="c-read")["branches"] == ["feature/a", "main"]
    assert api.get_branch(repositoryName="c-read", branchName="main")["branch"]["commitId"] == commit
    read = api.get_commit(repositoryName="c-read", commitId=commit)["commit"]
    assert (read["commitId"], read["message"]) == (commit, "Word it")
    with pytest.raises(ClientError, match="CommitIdDoesNotExistException"):
        api.get_commit(repositoryName="c-read", commitId="0" * 40)

    assert api.delete_repository(repositoryName="c-read")["repositoryId"] == made["repositoryId"]
    assert "repositoryId" not in api.delete_repository(repositoryName="c-read")
    assert not bare.exists()
    with pytest.raises(ClientError, match="RepositoryDoesNotExistException"):
        api.list_branches(repositoryName="c-read")


def template(**properties: Any) -> str:
    declared = {"RepositoryName": "c-stacked", **properties}
    repository = {"Type": "AWS::CodeCommit::Repository", "Properties": declared}
    names = ("Arn", "CloneUrlHttp", "CloneUrlSsh", "Name")
    outputs: Json = {name: {"Value": {"Fn::GetAtt": ["Repository", name]}} for name in names}
    outputs["Id"] = {"Value": {"Ref": "Repository"}}
    return json.dumps({"Resources": {"Repository": repository}, "Outputs": outputs})


def settled(shop: Shop, name: str) -> Json:
    def look() -> Json | None:
        (found,) = shop.emulator.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

    return eventually(look, f"stack {name} to settle")


def test_a_stack_makes_keeps_and_removes_a_repository(shop: Shop) -> None:
    cloudformation, api = shop.emulator.client("cloudformation"), shop.emulator.client("codecommit")
    cloudformation.create_stack(StackName="c-stacked", TemplateBody=template())
    made = settled(shop, "c-stacked")
    assert made["StackStatus"] == "CREATE_COMPLETE"
    metadata = api.get_repository(repositoryName="c-stacked")["repositoryMetadata"]
    assert {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]} == {
        "Arn": metadata["Arn"],
        "CloneUrlHttp": metadata["cloneUrlHttp"],
        "CloneUrlSsh": metadata["cloneUrlSsh"],
        "Name": "c-stacked",
        "Id": metadata["repositoryId"],
    }
    cloudformation.update_stack(StackName="c-stacked", TemplateBody=template(RepositoryDescription="More"))
    assert settled(shop, "c-stacked")["StackStatus"] == "UPDATE_COMPLETE"
    assert api.get_repository(repositoryName="c-stacked")["repositoryMetadata"]["Arn"] == metadata["Arn"]
    cloudformation.delete_stack(StackName="c-stacked")

    def gone() -> bool:
        return "c-stacked" not in {each["repositoryName"] for each in api.list_repositories()["repositories"]}

    assert eventually(gone, "the repository to go")


def test_a_stack_is_deleted_though_its_repository_is_gone(shop: Shop) -> None:
    cloudformation = shop.emulator.client("cloudformation")
    cloudformation.create_stack(StackName="c-gone", TemplateBody=template(RepositoryName="c-gone"))
    assert settled(shop, "c-gone")["StackStatus"] == "CREATE_COMPLETE"
    shop.emulator.client("codecommit").delete_repository(repositoryName="c-gone")
    cloudformation.delete_stack(StackName="c-gone")

    def left() -> set[str]:
        return {each["StackName"] for each in cloudformation.describe_stacks()["Stacks"]}

    assert eventually(lambda: "c-gone" not in left(), "the stack to go")


def test_content_that_a_template_gives_is_refused_by_name(shop: Shop) -> None:
    code = {"BranchName": "main", "S3": {"Bucket": "b", "Key": "k"}}
    body = template(RepositoryName="c-coded", Code=code)
    shop.emulator.client("cloudformation").create_stack(StackName="c-coded", TemplateBody=body)
    assert settled(shop, "c-coded")["StackStatus"] == "ROLLBACK_COMPLETE"
    events = shop.emulator.client("cloudformation").describe_stack_events(StackName="c-coded")["StackEvents"]
    assert any(each.get("ResourceStatusReason", "").startswith("Code: the rehearsal does not run") for each in events)


def test_a_pipeline_of_a_stack_runs_at_once_if_its_branch_has_a_commit(shop: Shop) -> None:
    copy = repository(shop, "c-ready")
    copy.commit({"README": "words"})
    copy.push()
    api = shop.emulator.client("cloudformation")
    stages = [
        {
            "Name": "Source",
            "Actions": [
                {
                    "Name": "Source",
                    "ActionTypeId": {"Category": "Source", "Owner": "AWS", "Provider": "CodeCommit", "Version": "1"},
                    "Configuration": {"RepositoryName": "c-ready", "BranchName": "main"},
                    "OutputArtifacts": [{"Name": "Files"}],
                }
            ],
        },
        {
            "Name": "Gate",
            "Actions": [
                {
                    "Name": "Approve",
                    "ActionTypeId": {"Category": "Approval", "Owner": "AWS", "Provider": "Manual", "Version": "1"},
                }
            ],
        },
    ]
    properties = {
        "Name": "c-ready",
        "RoleArn": f"arn:aws:iam::{TOOLS}:role/committer",
        "ArtifactStore": {"Type": "S3", "Location": "artifacts-of-the-shop"},
        "Stages": stages,
    }
    body = {"Resources": {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}}
    api.create_stack(StackName="c-ready", TemplateBody=json.dumps(body))
    assert settled(shop, "c-ready")["StackStatus"] == "CREATE_COMPLETE"
    assert newest(shop, "c-ready", 1)["trigger"]["triggerType"] == "CreatePipeline"


def test_repositories_are_there_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    emulator = Emulator(tmp_path_factory.mktemp("restarted"))
    emulator.start()
    try:
        emulator.client("codecommit").create_repository(repositoryName="kept")
        emulator.stop()
        emulator.start()
        assert emulator.client("codecommit").get_repository(repositoryName="kept")["repositoryMetadata"]
    finally:
        emulator.stop()
