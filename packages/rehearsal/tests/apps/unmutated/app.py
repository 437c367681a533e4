"""A pipeline that does not mutate itself, in an app that gets a second stage."""

from pathlib import Path

from aws_cdk import App, Stack, Stage
from aws_cdk import aws_ssm as ssm
from home import HERE, pipeline

app = App(analytics_reporting=False)
delivery = pipeline(app)
for name in ("First", "Second") if Path("second").exists() else ("First",):
    stage = Stage(app, name, env=HERE)
    stack = Stack(stage, "Stack", stack_name=f"stage-{name.lower()}")
    ssm.StringParameter(stack, "Word", string_value=name, parameter_name=f"/stages/{name}")
    delivery.add_stage(stage)
app.synth()
