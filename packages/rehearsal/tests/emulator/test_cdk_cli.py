"""The real CDK CLI against the emulator, under IAM: bootstrap, deploy from another account's trust, destroy."""

import os
import subprocess
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from cdk_rehearsal.testing.harness import REGION, Account, allow, policy

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def run(account: Account, *arguments: str, session: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(account.config.state_dir),
        "AWS_ENDPOINT_URL": account.config.endpoint,
        "AWS_ENDPOINT_URL_S3": account.config.endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": account.id,
        "AWS_SECRET_ACCESS_KEY": account.config.root(account.id)["SecretAccessKey"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        **(session or {}),
    }
    command = ["cdk", *arguments, "--no-notices", "--ci"]
    return subprocess.run(
        command, cwd=account.config.state_dir, env=environment, capture_output=True, text=True, check=False
    )


def bootstrap(account: Account, trusted: Account) -> None:
    document = policy(allow("s3:*"), allow("lambda:*"), allow("iam:*"))
    execution = account.client("iam").create_policy(PolicyName="scoped", PolicyDocument=document)["Policy"]["Arn"]
    where = f"aws://{account.id}/{REGION}"
    options = ["--cloudformation-execution-policies", execution, "--trust", trusted.id]
    result = run(account, "bootstrap", where, *options)
    assert result.returncode == 0, result.stdout + result.stderr


def assembly(account: Account, folder: Path) -> str:
    code = folder / "code"
    code.mkdir()
    (code / "index.py").write_text("def handler(event, context):\n    return 'hello'\n")
    app = cdk.App(outdir=str(folder / "out"))
    stack = cdk.Stack(app, "Small", env=cdk.Environment(account=account.id, region=REGION))
    s3.Bucket(stack, "Bucket", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY, versioned=True)
    function = lambda_.Function(
        stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_asset(str(code)),
    )
    cdk.CfnOutput(stack, "Name", value=function.function_name)
    return str(app.synth().directory)


def test_a_trusted_accounts_user_deploys_and_destroys_through_the_bootstrap_roles(
    account: Account, tmp_path: Path
) -> None:
    tools = account.other()
    bootstrap(account, tools)
    app = assembly(account, tmp_path)
    deployer = tools.user("deployer", allow("sts:AssumeRole", f"arn:aws:iam::{account.id}:role/cdk-*"))
    session = {
        "AWS_ACCESS_KEY_ID": deployer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": deployer["SecretAccessKey"],
    }
    deployed = run(account, "deploy", "Small", "--app", app, "--require-approval", "never", session=session)
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    answer = account.client("lambda").invoke(FunctionName=account.outputs("Small")["Name"])
    assert answer["Payload"].read() == b'"hello"'
    bucket = next(b["Name"] for b in account.client("s3").list_buckets()["Buckets"] if b["Name"].startswith("small"))
    account.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    destroyed = run(account, "destroy", "Small", "--app", app, "--force", session=session)
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert account.stack("Small") is None
    left = [found["Name"] for found in account.client("s3").list_buckets()["Buckets"]]
    assert left == [f"cdk-hnb659fds-assets-{account.id}-{REGION}"]


def test_an_account_that_is_not_trusted_cannot_deploy(account: Account, tmp_path: Path) -> None:
    bootstrap(account, account.other())
    stranger = account.other().user("stranger", allow("sts:AssumeRole"))
    session = {
        "AWS_ACCESS_KEY_ID": stranger["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": stranger["SecretAccessKey"],
    }
    app = assembly(account, tmp_path)
    refused = run(account, "deploy", "Small", "--app", app, "--require-approval", "never", session=session)
    assert refused.returncode == 1
    assert account.stack("Small") is None
