"""A small app with every kind of action, whose stacks take long enough to be caught in the middle of a deployment."""

import json
import os
import sys
from pathlib import Path

from aws_cdk import App, CustomResource, Environment, RemovalPolicy, Stack, Stage, pipelines
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_ssm as ssm
from constructs import Construct

ACCOUNTS = {"Tools": "1" * 12, "Dev": "2" * 12, "Prod": "3" * 12}
CONNECTION = "arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000"
# What the tests change from commit to commit.
WANTED = json.loads(Path("wanted.json").read_text())
if Path("broken").exists() and "CODEBUILD_BUILD_ID" in os.environ:
    sys.exit("this only fails in a build")


def environment(account: str) -> Environment:
    return Environment(account=ACCOUNTS[account], region="us-east-1")


class Workload(Stage):
    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, env=environment(id_))
        stack = Stack(self, "Stack", stack_name=f"frail-{id_.lower()}")
        words = assets.Asset(stack, "Words", path="words.txt")
        made = (
            ssm.StringParameter(stack, "Greeting", string_value=words.s3_object_key, parameter_name="greeting"),
            s3.Bucket(stack, "Data", removal_policy=RemovalPolicy.DESTROY, bucket_name=f"frail-{id_.lower()}"),
        )
        function = lambda_.Function(
            stack,
            "Slow",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(Path("slow.py").read_text()),
        )
        late = CustomResource(stack, "Late", service_token=function.function_arn)
        late.node.add_dependency(*made)


app = App(analytics_reporting=False)
home = Stack(app, "FrailPipeline", env=environment("Tools"))
source = pipelines.CodePipelineSource.connection("frail/app", "main", connection_arn=CONNECTION)
synth = pipelines.ShellStep("Synth", input=source, commands=["CDK_OUTDIR=cdk.out $SAMPLE_PYTHON app.py"])
delivery = pipelines.CodePipeline(
    home,
    "Delivery",
    synth=synth,
    cross_account_keys=True,
    cli_version=WANTED["cli"],
    use_pipeline_role_for_actions=True,
)
checks = [pipelines.ShellStep(name, commands=["sleep 1"]) for name in WANTED["checks"]]
delivery.add_stage(Workload(app, "Dev"), post=checks)
delivery.add_stage(Workload(app, "Prod"), pre=[pipelines.ManualApprovalStep("Approve")])
app.synth()
