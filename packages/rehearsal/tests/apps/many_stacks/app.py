"""A stage of three stacks, each of which needs what the one before exports; they are declared the other way round."""

from aws_cdk import App, Stack, Stage
from aws_cdk import aws_ssm as ssm
from home import HERE, pipeline

app = App(analytics_reporting=False)
stage = Stage(app, "Shop", env=HERE)
service, data, network = (Stack(stage, name, stack_name=f"shop-{name}") for name in ("service", "data", "network"))
ground = ssm.StringParameter(network, "Ground", string_value="10.0.0.0/16")
store = ssm.StringParameter(data, "Store", string_value=ground.parameter_name)
ssm.StringParameter(service, "Address", string_value=store.parameter_name, parameter_name="address")
pipeline(app).add_stage(stage)
app.synth()
