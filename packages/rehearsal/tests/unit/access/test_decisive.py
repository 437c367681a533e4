import pytest

from cdk_rehearsal.access.decisive import (
    VERBS,
    decisive_actions,
    listed_actions,
    most_telling,
    passed_role,
    tagging_actions,
)


@pytest.mark.parametrize(
    ("kind", "verb", "action"),
    [
        ("AWS::S3::Bucket", "create", "s3:CreateBucket"),
        ("AWS::EC2::EIP", "create", "ec2:AllocateAddress"),
        ("AWS::EC2::EIP", "delete", "ec2:ReleaseAddress"),
        ("AWS::IAM::Policy", "create", "iam:PutRolePolicy"),
        ("AWS::KMS::Key", "delete", "kms:ScheduleKeyDeletion"),
        ("AWS::RDS::DBInstance", "create", "rds:CreateDBInstance"),
        ("AWS::RDS::DBInstance", "update", "rds:ModifyDBInstance"),
        ("AWS::WAFv2::LoggingConfiguration", "create", "wafv2:PutLoggingConfiguration"),
        ("Custom::Anything", "create", "lambda:InvokeFunction"),
    ],
)
def test_the_action_without_which_nothing_goes_is_among_the_decisive_ones(kind: str, verb: str, action: str) -> None:
    decisive = decisive_actions(kind, verb)
    assert action in decisive
    assert "ec2:CreateTags" not in decisive
    assert len({each.split(":")[0] for each in decisive}) == 1


def test_the_role_that_a_resource_hands_on_is_found_however_deep_it_stands() -> None:
    selection = {"BackupSelection": {"IamRoleArn": "role"}}
    assert passed_role("AWS::Backup::BackupSelection", selection) == ("role", "backup.amazonaws.com")
    assert passed_role("AWS::Lambda::Function", {"Role": "role"}) == ("role", "lambda.amazonaws.com")
    assert passed_role("AWS::Lambda::Function", {}) == (None, "lambda.amazonaws.com")
    assert passed_role("AWS::S3::Bucket", {"Role": "role"}) == (None, "")


def test_a_type_that_nobody_described_has_no_decisive_action() -> None:
    assert decisive_actions("AWS::CDK::Metadata", "create") == ()
    assert decisive_actions("AWS::Nothing::Known", "create") == ()


def test_reading_and_other_services_actions_decide_nothing() -> None:
    listed = ["kms:CreateGrant", "iam:PassRole", "sns:GetTopic", "sns:TagResource", "sns:CreateTopic"]
    assert most_telling("AWS::SNS::Topic", listed, VERBS["create"]) == ["sns:CreateTopic"]


def test_a_service_whose_actions_are_named_otherwise_is_the_one_named_most() -> None:
    listed = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags", "ec2:DescribeSubnets"]
    found = most_telling("AWS::ElasticLoadBalancingV2::LoadBalancer", listed, VERBS["create"])
    assert found == ["elasticloadbalancing:CreateLoadBalancer"]


def test_where_no_verb_tells_every_changing_action_counts() -> None:
    assert most_telling("AWS::SNS::Topic", ["sns:TagResource", "sns:GetTopic"], VERBS["create"]) == ["sns:TagResource"]
    assert most_telling("AWS::SNS::Topic", ["sns:GetTopic"], VERBS["create"]) == []


def test_tagging_asks_for_an_action_that_tags() -> None:
    assert tagging_actions("AWS::EC2::VPC") == ("ec2:CreateTags",)
    assert tagging_actions("AWS::S3::Bucket") == ("s3:PutBucketTagging", "s3:TagResource")
    assert tagging_actions("AWS::KMS::Alias") == ()


def test_all_that_a_type_may_need_is_what_its_handlers_and_its_tagging_list() -> None:
    listed = listed_actions("AWS::SNS::Topic")
    assert {"sns:CreateTopic", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:TagResource"} <= listed
    assert listed_actions("Custom::Anything") == {"lambda:InvokeFunction"}
    assert listed_actions("AWS::CDK::Metadata") == frozenset()


def test_for_a_type_whose_needs_nobody_lists_all_of_its_service_may_be_needed() -> None:
    assert listed_actions("AWS::CodeBuild::Project") == {"codebuild:*"}
