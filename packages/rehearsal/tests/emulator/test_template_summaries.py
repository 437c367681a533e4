"""GetTemplateSummary says what can be imported, and by what."""

import json

import pytest
from ministack.services.cloudformation import handlers

from cdk_rehearsal.testing.harness import Account, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_each_type_that_can_be_imported_has_its_identifiers(account: Account) -> None:
    template = {
        "Resources": {
            "One": resource("AWS::S3::Bucket"),
            "Two": resource("AWS::S3::Bucket"),
            "Policy": resource("AWS::SQS::QueuePolicy"),
        }
    }
    found = account.client("cloudformation").get_template_summary(TemplateBody=json.dumps(template))
    assert found["ResourceTypes"] == ["AWS::S3::Bucket", "AWS::SQS::QueuePolicy"]
    assert found["ResourceIdentifierSummaries"] == [
        {
            "ResourceType": "AWS::S3::Bucket",
            "LogicalResourceIds": ["One", "Two"],
            "ResourceIdentifiers": ["BucketName"],
        }
    ]


def test_a_summary_of_a_stack_and_of_nonsense_stay_as_they_are(account: Account) -> None:
    client = account.client("cloudformation")
    account.deploy("app", {"One": resource("AWS::S3::Bucket")})
    assert client.get_template_summary(StackName="app")["ResourceTypes"] == ["AWS::S3::Bucket"]
    with pytest.raises(client.exceptions.ClientError, match="Template format error"):
        client.get_template_summary(TemplateBody="[]")


def test_the_emulator_does_not_know_it_by_itself() -> None:
    template = json.dumps({"Resources": {"One": resource("AWS::S3::Bucket")}})
    _, _, body = handlers._get_template_summary({"TemplateBody": [template]})
    assert "ResourceIdentifierSummaries" not in str(body)
