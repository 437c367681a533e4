"""Pipelines that follow a repository of GitHub with a token: started by a webhook, or by polling."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import REGION, TOOLS, Emulator
from tests.codepipeline.shop import BUCKET, Json, Shop, action, approval, stage

FILTER = {"jsonPath": "$.ref", "matchEquals": "refs/heads/{Branch}"}


def token_source(name: str, **configuration: str) -> Json:
    settings = {"Owner": "acme", "Repo": name, "Branch": "main", "OAuthToken": "ghp_secret", **configuration}
    settings.setdefault("PollForSourceChanges", "false")
    kind = {"category": "Source", "owner": "ThirdParty", "provider": "GitHub", "version": "1"}
    made = action("Source", "Source", "GitHub", configuration=settings, outputArtifacts=[{"name": "Files"}])
    return {**made, "actionTypeId": kind, "namespace": "Source"}


def create(shop: Shop, name: str, told: str = "x", **configuration: str) -> None:
    """A pipeline that follows ``acme/<name>``; its first execution finds no commit."""
    gate = stage("Gate", approval(configuration={"CustomData": told}))
    shop.create(name, stage("Source", token_source(name, **configuration)), gate)
    shop.ends(name, shop.executions(name)[0]["pipelineExecutionId"], "Failed")


def newest(shop: Shop, name: str) -> str:
    found: str = shop.executions(name)[-1]["pipelineExecutionId"]
    return found


def webhook(name: str, *filters: Json, **members: Any) -> Json:
    given: Json = {
        "name": f"{name}-hook",
        "targetPipeline": name,
        "targetAction": "Source",
        "filters": list(filters or (FILTER,)),
        "authentication": "GITHUB_HMAC",
        "authenticationConfiguration": {"SecretToken": "shared"},
    }
    return {**given, **members}


def test_a_registered_webhook_starts_the_pipeline_at_a_push_to_its_branch(shop: Shop) -> None:
    copy = shop.working_copy("acme/hooked")
    names = ("RepositoryName", "BranchName", "CommitId", "CommitMessage", "AuthorDate", "CommitterDate", "CommitUrl")
    create(shop, "hooked", " ".join(f"#{{Source.{name}}}" for name in names))
    api = shop.codepipeline
    made = api.put_webhook(webhook=webhook("hooked"), tags=[{"key": "team", "value": "payments"}])["webhook"]
    assert made["arn"] == f"arn:aws:codepipeline:{REGION}:{TOOLS}:webhook:hooked-hook"
    commit = copy.commit({"README": "one"}, "One\n\nand more")
    assert "execution" not in copy.push("other")
    assert "execution" not in copy.push(), "the webhook is not registered"

    api.register_webhook_with_third_party(webhookName="hooked-hook")
    api.put_webhook(webhook=webhook("hooked"))
    assert "execution" not in copy.push("another")
    commit = copy.commit({"README": "two"}, "Two\n\nand more")
    assert "remote: pipeline hooked: execution" in copy.push()
    execution = shop.executions("hooked")[-1]
    assert execution["trigger"] == {"triggerType": "Webhook", "triggerDetail": made["arn"]}
    shop.answer("hooked", "Gate", "Approve")
    shop.ends("hooked", execution["pipelineExecutionId"], "Succeeded")
    (revision,) = shop.execution("hooked", execution["pipelineExecutionId"])["artifactRevisions"]
    assert (revision["revisionId"], revision["revisionSummary"]) == (commit, "Two\n\nand more")
    told = shop.actions("hooked", execution["pipelineExecutionId"])["Approve"]["input"]["resolvedConfiguration"]
    words = told["CustomData"].split()
    assert words[:7] == ["hooked", "main", commit, "Two", "and", "more", words[6]]
    assert words[-1] == f"https://github.com/acme/hooked/commit/{commit}"
    (listed,) = [each for each in api.list_webhooks()["webhooks"] if each["arn"] == made["arn"]]
    assert listed["lastTriggered"] is not None
    assert listed["tags"] == [{"key": "team", "value": "payments"}]

    api.deregister_webhook_with_third_party(webhookName="hooked-hook")
    copy.commit({"README": "three"})
    assert "execution" not in copy.push()
    api.delete_webhook(name="hooked-hook")
    api.delete_webhook(name="hooked-hook")
    assert made["arn"] not in {each["arn"] for each in api.list_webhooks()["webhooks"]}


def test_the_token_is_shown_to_nobody(shop: Shop) -> None:
    create(shop, "masked")
    shown = [
        shop.codepipeline.get_pipeline(name="masked")["pipeline"]["stages"][0]["actions"][0]["configuration"],
        *(
            shop.actions("masked", newest(shop, "masked"))["Source"]["input"][each]
            for each in ("configuration", "resolvedConfiguration")
        ),
    ]
    assert {each["OAuthToken"] for each in shown} == {"****"}


def test_a_push_is_found_by_polling_unless_that_is_off(shop: Shop) -> None:
    copy = shop.working_copy("acme/looked-at")
    create(shop, "looked-at", PollForSourceChanges="true")
    copy.commit({"README": "one"})
    assert "execution" not in copy.push("other")
    assert "remote: pipeline looked-at: execution" in copy.push()
    assert shop.executions("looked-at")[-1]["trigger"]["triggerType"] == "PollForSourceChanges"


def test_a_webhook_of_another_branch_starts_the_newest_of_the_sources_own(shop: Shop) -> None:
    copy = shop.working_copy("acme/released")
    create(shop, "released")
    shop.codepipeline.put_webhook(
        webhook=webhook("released", {"jsonPath": "$.repository.name"}, {**FILTER, "matchEquals": "refs/heads/go"})
    )
    shop.codepipeline.register_webhook_with_third_party(webhookName="released-hook")
    commit = copy.commit({"README": "one"})
    copy.push()
    copy.commit({"README": "two"})
    assert "remote: pipeline released: execution" in copy.push("go")
    shop.answer("released", "Gate", "Approve")
    execution = newest(shop, "released")
    shop.ends("released", execution, "Succeeded")
    assert shop.execution("released", execution)["artifactRevisions"][0]["revisionId"] == commit


def test_a_webhook_whose_pipeline_is_gone_or_follows_another_repository_starts_nothing(shop: Shop) -> None:
    copy = shop.working_copy("acme/left")
    for name in ("left", "leaving"):
        create(shop, name)
        shop.codepipeline.put_webhook(webhook=webhook(name))
        shop.codepipeline.register_webhook_with_third_party(webhookName=f"{name}-hook")
    shop.codepipeline.delete_pipeline(name="left")
    copy.commit({"README": "one"})
    assert "execution" not in copy.push()


REFUSED: dict[str, tuple[Json, str]] = {
    "no pipeline": ({"targetPipeline": "nowhere"}, "PipelineNotFoundException"),
    "no source": ({"targetAction": "Approve"}, "ValidationException"),
    "a path": ({"filters": [{"jsonPath": "$..ref"}]}, "InvalidWebhookFilterPatternException"),
    "no secret": ({"authenticationConfiguration": {}}, "InvalidWebhookAuthenticationParametersException"),
    "a secret": ({"authentication": "UNAUTHENTICATED"}, "InvalidWebhookAuthenticationParametersException"),
}


def test_a_webhook_that_could_not_work_is_refused(shop: Shop) -> None:
    create(shop, "strict")
    for wrong, code in REFUSED.values():
        with pytest.raises(ClientError) as refused:
            shop.codepipeline.put_webhook(webhook=webhook("strict", **wrong))
        assert refused.value.response["Error"]["Code"] == code
    with pytest.raises(ClientError) as unknown:
        shop.codepipeline.register_webhook_with_third_party(webhookName="strict-hook")
    assert unknown.value.response["Error"]["Code"] == "WebhookNotFoundException"


TEMPLATE = """
Parameters: {Role: {Type: String}, Bucket: {Type: String}, Match: {Type: String}}
Resources:
  Delivery:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: stacked
      RoleArn: !Ref Role
      ArtifactStore: {Type: S3, Location: !Ref Bucket}
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {Category: Source, Owner: ThirdParty, Provider: GitHub, Version: "1"}
              Configuration:
                {Owner: acme, Repo: stacked, Branch: main, OAuthToken: secret, PollForSourceChanges: false}
              OutputArtifacts: [{Name: Files}]
        - Name: Gate
          Actions:
            - {Name: Approve, ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}}
  Hook:
    Type: AWS::CodePipeline::Webhook
    Properties:
      TargetPipeline: !Ref Delivery
      TargetAction: Source
      TargetPipelineVersion: 1
      Filters: [{JsonPath: $.ref, MatchEquals: !Ref Match}]
      Authentication: GITHUB_HMAC
      AuthenticationConfiguration: {SecretToken: shared}
      RegisterWithThirdParty: true
Outputs: {Url: {Value: !GetAtt Hook.Url}, Name: {Value: !Ref Hook}}
"""


def test_a_webhook_of_a_stack_is_kept_with_it_and_outlives_the_emulator(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    emulator.start()
    try:
        _keep(Shop(emulator, tmp_path / "copies"), emulator)
    finally:
        emulator.stop()


def _keep(shop: Shop, emulator: Emulator) -> None:
    copy = shop.working_copy("acme/stacked")
    cloudformation = emulator.client("cloudformation")

    def give(match: str) -> Json:
        given = {"Role": f"arn:aws:iam::{TOOLS}:role/pipeline", "Bucket": BUCKET, "Match": match}
        return {
            "StackName": "hooks",
            "TemplateBody": TEMPLATE,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        }

    cloudformation.create_stack(**give("refs/heads/{Nothing}"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1})
    copy.commit({"README": "one"})
    assert "execution" not in copy.push()
    cloudformation.update_stack(**give("refs/heads/{Branch}"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName="hooks")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    emulator.stop()
    emulator.start()
    (listed,) = shop.codepipeline.list_webhooks()["webhooks"]
    assert {"Url": listed["url"], "Name": listed["definition"]["name"]} == outputs
    copy.commit({"README": "two"})
    assert "remote: pipeline stacked: execution" in copy.push()
    cloudformation.delete_stack(StackName="hooks")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1})
    assert shop.codepipeline.list_webhooks()["webhooks"] == []
