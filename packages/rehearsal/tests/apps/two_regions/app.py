"""The same stage in the pipeline's own region and in another one."""

from aws_cdk import App, Environment, Stack, Stage
from aws_cdk import aws_ssm as ssm
from home import ACCOUNT, HOME, pipeline

app = App(analytics_reporting=False)
delivery = pipeline(app, cross_account_keys=True)
for name, region in (("Near", HOME), ("Far", "eu-west-1")):
    stage = Stage(app, name, env=Environment(account=ACCOUNT, region=region))
    stack = Stack(stage, "Stack", stack_name="place")
    ssm.StringParameter(stack, "Name", string_value=f"{name} in {stack.region}", parameter_name="place")
    delivery.add_stage(stage)
app.synth()
