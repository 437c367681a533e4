"""Approvers are told of a delivery that fails, and nobody else can publish to them."""

import json

from tests.synthesis import Resource, Template, of_type


def rule(template: Template) -> Resource:
    (found,) = of_type(template, "AWS::Events::Rule").values()
    properties: Resource = found["Properties"]
    return properties


def test_failed_execution_of_this_pipeline_is_an_event(pipeline_template: Template) -> None:
    (pipeline,) = of_type(pipeline_template, "AWS::CodePipeline::Pipeline")
    assert rule(pipeline_template)["EventPattern"] == {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": [{"Ref": pipeline}], "state": ["FAILED"]},
    }
    assert rule(pipeline_template)["State"] == "ENABLED"


def test_message_goes_to_the_approvers_and_names_the_delivery(pipeline_template: Template) -> None:
    (topic,) = of_type(pipeline_template, "AWS::SNS::Topic")
    (target,) = rule(pipeline_template)["Targets"]
    assert target["Arn"] == {"Ref": topic}
    assert "$.detail.execution-id" in json.dumps(target["InputTransformer"]["InputPathsMap"])
    assert "docs/runbook.md" in target["InputTransformer"]["InputTemplate"]


def test_eventbridge_publishes_under_a_role_for_this_topic_alone(pipeline_template: Template) -> None:
    (target,) = rule(pipeline_template)["Targets"]
    role = target["RoleArn"]["Fn::GetAtt"][0]
    (trust,) = pipeline_template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (policy,) = of_type(pipeline_template, "AWS::IAM::ManagedPolicy").values()
    assert policy["Properties"]["Roles"] == [{"Ref": role}]
    publish, use = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", target["Arn"])
    assert set(use["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    policies = of_type(pipeline_template, "AWS::SNS::TopicPolicy").values()
    statements = [each for found in policies for each in found["Properties"]["PolicyDocument"]["Statement"]]
    assert [each["Effect"] for each in statements] == ["Deny"]
