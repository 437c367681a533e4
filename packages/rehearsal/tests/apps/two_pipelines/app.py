"""Two pipelines in one app, each for a stage of its own; the second asks before it deploys. Neither mutates itself."""

from aws_cdk import App, Environment, Stack, Stage, pipelines
from aws_cdk import aws_ssm as ssm

ACCOUNT = Environment(account="444444444444", region="us-east-1")
CONNECTION = "arn:aws:codeconnections:us-east-1:444444444444:connection/00000000-0000-4000-8000-000000000000"


def deliver(app: App, name: str, *, asks: bool) -> None:
    home = Stack(app, f"{name}Pipeline", env=ACCOUNT)
    source = pipelines.CodePipelineSource.connection(f"acme/{name.lower()}", "main", connection_arn=CONNECTION)
    synth = pipelines.ShellStep("Synth", input=source, commands=["CDK_OUTDIR=cdk.out $SAMPLE_PYTHON app.py"])
    delivery = pipelines.CodePipeline(home, "Delivery", synth=synth, self_mutation=False)
    stage = Stage(app, name, env=ACCOUNT)
    stack = Stack(stage, "Stack", stack_name=f"two-{name.lower()}")
    ssm.StringParameter(stack, "Name", string_value=name, parameter_name=f"/two/{name}")
    delivery.add_stage(stage, pre=[pipelines.ManualApprovalStep("Approve")] if asks else [])


app = App(analytics_reporting=False)
deliver(app, "Orders", asks=False)
deliver(app, "Billing", asks=True)
app.synth()
