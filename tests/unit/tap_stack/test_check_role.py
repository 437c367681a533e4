from typing import Any

from tests.synthesis import as_list
from tests.unit.tap_stack.workload import Workload


def role(stage: Workload) -> Any:
    return stage.the("AWS::IAM::Role", "CheckRole/Role")


def test_only_roles_of_the_pipeline_in_the_tools_account_take_it_on(stage: Workload) -> None:
    (trust,) = role(stage)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{stage.settings.tools_account}:root"}
    assert trust["Action"] == "sts:AssumeRole"
    pattern = trust["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Join"][1]
    assert pattern[-1] == f":iam::{stage.settings.tools_account}:role/TapPipeline-*"


def test_its_name_is_the_one_that_the_pipeline_is_told(stage: Workload) -> None:
    assert role(stage)["RoleName"] == stage.settings.check_role_name


def test_it_invokes_the_function_reads_two_configurations_and_no_more(stage: Workload) -> None:
    (role_id,) = stage.ids("AWS::IAM::Role", "CheckRole/Role")
    policies = stage.of_type("AWS::IAM::ManagedPolicy").values()
    (policy,) = (policy for policy in policies if {"Ref": role_id} in policy.get("Roles", []))
    allowed = {action: s["Resource"] for s in policy["PolicyDocument"]["Statement"] for action in as_list(s["Action"])}
    (function,) = stage.ids("AWS::Lambda::Function", "Function/Handler")
    (bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Data")
    bucket_arn = {"Fn::GetAtt": [bucket, "Arn"]}
    database = allowed.pop("rds:DescribeDBInstances")
    assert database["Fn::Join"][1][-1] == {"Ref": next(iter(stage.raw("AWS::RDS::DBInstance")))}
    assert allowed == {
        "lambda:InvokeFunction": {"Fn::GetAtt": [function, "Arn"]},
        "s3:GetBucketPublicAccessBlock": bucket_arn,
        "s3:GetBucketVersioning": bucket_arn,
        "s3:GetEncryptionConfiguration": bucket_arn,
    }
    assert "Policies" not in role(stage)
