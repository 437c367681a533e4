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


def permissions(stage: Workload) -> dict[str, Any]:
    """The resource of each action that the role is allowed."""
    (role_id,) = stage.ids("AWS::IAM::Role", "CheckRole/Role")
    policies = stage.of_type("AWS::IAM::ManagedPolicy").values()
    own = [policy for policy in policies if {"Ref": role_id} in policy.get("Roles", [])]
    statements = [statement for policy in own for statement in policy["PolicyDocument"]["Statement"]]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return {action: statement["Resource"] for statement in statements for action in as_list(statement["Action"])}


def test_it_invokes_and_reads_and_no_more(stage: Workload) -> None:
    verbs = {action.partition(":")[2] for action in permissions(stage)}
    assert {verb for verb in verbs if not verb.startswith(("Describe", "Get", "List"))} == {"InvokeFunction"}
    assert not {"GetObject", "GetSecretValue", "GetLogEvents"} & verbs
    assert "Policies" not in role(stage)


def test_what_it_reads_is_this_stage_s_own_but_for_lists(stage: Workload) -> None:
    allowed = permissions(stage)
    own = {
        "AWS::Lambda::Function": ("lambda:InvokeFunction", "Function/Handler", "Arn"),
        "AWS::S3::Bucket": ("s3:GetBucketVersioning", "Storage/Data", "Arn"),
        "AWS::KMS::Key": ("kms:DescribeKey", "Encryption/Key", "Arn"),
        "AWS::RDS::DBInstance": ("secretsmanager:DescribeSecret", "Database/Instance", "MasterUserSecret.SecretArn"),
        "AWS::WAFv2::WebACL": ("wafv2:GetWebACL", "Edge/WebAcl", "Arn"),
    }
    for kind, (action, path, attribute) in own.items():
        (id_,) = stage.ids(kind, path)
        assert allowed[action] == {"Fn::GetAtt": [id_, attribute]}
    (database,) = stage.raw("AWS::RDS::DBInstance")
    assert allowed["rds:DescribeDBInstances"]["Fn::Join"][1][-1] == {"Ref": database}
    (distribution,) = stage.raw("AWS::CloudFront::Distribution")
    assert allowed["cloudfront:GetDistribution"]["Fn::Join"][1][-1] == {"Ref": distribution}
    assert allowed["cloudformation:GetTemplate"] == {"Ref": "AWS::StackId"}
    assert {action for action, resource in allowed.items() if resource == "*"} == {
        "ec2:DescribeFlowLogs",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "logs:DescribeLogGroups",
    }
