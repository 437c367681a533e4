import io
import json
import zipfile
from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, Json, allow, attribute, ref, resource, trust, wait_for

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CODE = """
import os
import boto3

def handler(event, context):
    print("looking into", os.environ["BUCKET_NAME"])
    s3 = boto3.client("s3")
    s3.put_object(Bucket=os.environ["BUCKET_NAME"], Key="receipt", Body=b"seen")
    return {"profile": os.environ.get("AWS_PROFILE"), "bucket": os.environ["BUCKET_NAME"]}
"""


def upload(account: Account, bucket: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", CODE)
    account.client("s3").put_object(Bucket=bucket, Key="code.zip", Body=archive.getvalue())


def function(account: Account, *statements: Json, service: str = "lambda.amazonaws.com", **more: Any) -> Json:
    documents = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "Group": resource("AWS::Logs::LogGroup"),
        "Data": resource("AWS::S3::Bucket"),
        "Role": resource(
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": json.loads(trust({"Service": service})),
                "Policies": [{"PolicyName": "access", "PolicyDocument": documents}] if statements else [],
            },
        ),
        "Function": resource(
            "AWS::Lambda::Function",
            {
                "Runtime": "python3.11",
                "Handler": "index.handler",
                "Timeout": 20,
                "Role": attribute("Role", "Arn"),
                "Code": {"S3Bucket": f"assets-{account.id}", "S3Key": "code.zip"},
                "Environment": {"Variables": {"BUCKET_NAME": ref("Data")}},
                "LoggingConfig": {"LogGroup": ref("Group")},
                **more,
            },
        ),
    }


@pytest.fixture
def assets(account: Account) -> str:
    name = f"assets-{account.id}"
    account.client("s3").create_bucket(Bucket=name)
    upload(account, name)
    return name


@pytest.mark.usefixtures("assets")
def test_a_function_runs_as_its_role_reaches_its_bucket_and_logs_to_its_group(account: Account) -> None:
    account.deploy("app", function(account, allow("s3:PutObject")))
    data, name = account.physical_id("app", "Data"), account.physical_id("app", "Function")
    answer = account.client("lambda").invoke(FunctionName=name)
    assert json.loads(answer["Payload"].read()) == {"profile": None, "bucket": data}
    assert account.client("s3").get_object(Bucket=data, Key="receipt")["Body"].read() == b"seen"
    logs, group = account.client("logs"), account.physical_id("app", "Group")
    messages = wait_for(lambda: [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]])
    assert f"looking into {data}" in "".join(messages)


@pytest.mark.usefixtures("assets")
def test_a_function_whose_role_lacks_a_permission_fails_inside(account: Account) -> None:
    account.deploy("app", function(account, allow("s3:GetObject")))
    answer = account.client("lambda").invoke(FunctionName=account.physical_id("app", "Function"))
    assert answer["FunctionError"] == "Unhandled"
    error = json.loads(answer["Payload"].read())["errorMessage"]
    assert "AccessDenied" in error
    assert "s3:PutObject" in error


@pytest.mark.usefixtures("assets")
def test_concurrency_key_and_network_are_what_lambda_answers_and_follow_the_template(account: Account) -> None:
    key = "arn:aws:kms:us-east-1:111111111111:key/k"
    network = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    account.deploy("app", function(account, ReservedConcurrentExecutions=3, KmsKeyArn=key, VpcConfig=network))
    client, name = account.client("lambda"), account.physical_id("app", "Function")
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 3
    configuration = client.get_function_configuration(FunctionName=name)
    assert configuration["KMSKeyArn"] == key
    assert configuration["VpcConfig"]["SubnetIds"] == ["subnet-1"]
    account.deploy("app", function(account))
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)
    assert client.get_function_configuration(FunctionName=name)["VpcConfig"]["SubnetIds"] == []


def test_a_function_without_its_code_fails_and_its_stack_rolls_back(account: Account) -> None:
    assert account.deploy("app", function(account))["StackStatus"] == "ROLLBACK_COMPLETE"
    assert f"s3://assets-{account.id}/code.zip" in account.failures("app")["Function"]
    assert account.client("iam").list_roles()["Roles"] == []


@pytest.mark.usefixtures("assets")
def test_a_role_that_does_not_trust_lambda_fails_the_function(account: Account) -> None:
    account.deploy("app", function(account, service="ec2.amazonaws.com"))
    assert "cannot be assumed by Lambda" in account.failures("app")["Function"]


def test_code_that_stands_in_the_template_needs_no_bucket(account: Account) -> None:
    account.deploy("app", function(account, Code={"ZipFile": "def handler(event, context): return 7"}))
    answer = account.client("lambda").invoke(FunctionName=account.physical_id("app", "Function"))
    assert answer["Payload"].read() == b"7"
