"""A small app with a pipeline: two stages of one parameter and one bucket, an approval between them."""

import json
from pathlib import Path

from aws_cdk import App, Environment, RemovalPolicy, Stack, Stage, pipelines
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

ACCOUNTS = {"Tools": "1" * 12, "Dev": "2" * 12, "Prod": "3" * 12}
CONNECTION = "arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000"
# What the tests change from commit to commit.
WANTED = json.loads(Path("wanted.json").read_text())


def environment(account: str) -> Environment:
    return Environment(account=ACCOUNTS[account], region="us-east-1")


class Workload(Stage):
    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, env=environment(id_))
        stack = Stack(self, "Stack", stack_name=f"sample-{id_.lower()}")
        ssm.StringParameter(stack, "Greeting", string_value=WANTED["greeting"], parameter_name="greeting")
        s3.Bucket(stack, "Data", removal_policy=RemovalPolicy.DESTROY)
        if WANTED["broken"]:
            # CloudFormation finds out when it makes the second one.
            for which in ("First", "Second"):
                logs.CfnLogGroup(stack, which, log_group_name="taken")


app = App(analytics_reporting=False)
home = Stack(app, "SamplePipeline", env=environment("Tools"))
source = pipelines.CodePipelineSource.connection("sample/app", "main", connection_arn=CONNECTION)
synth = pipelines.ShellStep("Synth", input=source, commands=["CDK_OUTDIR=cdk.out $SAMPLE_PYTHON app.py"])
delivery = pipelines.CodePipeline(
    home,
    "Delivery",
    synth=synth,
    cross_account_keys=True,
    cli_version=WANTED["cli"],
    use_pipeline_role_for_actions=True,
)
checks = [pipelines.ShellStep(name, commands=["true"]) for name in WANTED["checks"]]
delivery.add_stage(Workload(app, "Dev"), post=checks)
delivery.add_stage(Workload(app, "Prod"), pre=[pipelines.ManualApprovalStep("Approve")])
app.synth()
