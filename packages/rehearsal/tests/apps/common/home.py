"""What every app here shares: one account, and a pipeline that starts with a push."""

from typing import Any

from aws_cdk import App, Environment, Stack, pipelines

ACCOUNT, HOME = "444444444444", "us-east-1"
HERE = Environment(account=ACCOUNT, region=HOME)
CONNECTION = f"arn:aws:codeconnections:{HOME}:{ACCOUNT}:connection/00000000-0000-4000-8000-000000000000"
SYNTH = "CDK_OUTDIR=cdk.out $SAMPLE_PYTHON app.py"


def pipeline(app: App, **settings: Any) -> pipelines.CodePipeline:
    """A pipeline in a stack of its own. It does not mutate itself, which takes seconds, unless ``settings`` say so."""
    source = pipelines.CodePipelineSource.connection("acme/app", "main", connection_arn=CONNECTION)
    synth = pipelines.ShellStep("Synth", input=source, commands=[SYNTH])
    settings = {"self_mutation": False, "synth": synth, **settings}
    return pipelines.CodePipeline(Stack(app, "Pipeline", env=HERE), "Delivery", **settings)
