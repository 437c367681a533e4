"""The smallest delivery: one stage of one stack, in a pipeline that mutates itself."""

import json
from pathlib import Path

from aws_cdk import App, Stack, Stage
from aws_cdk import aws_ssm as ssm
from home import HERE, pipeline

app = App(analytics_reporting=False)
stage = Stage(app, "Only", env=HERE)
ssm.StringParameter(Stack(stage, "Stack", stack_name="one"), "Word", string_value="delivered", parameter_name="word")
pipeline(app, self_mutation=True, cli_version=json.loads(Path("cli.json").read_text())).add_stage(stage)
app.synth()
