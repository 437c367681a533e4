"""Two stages side by side in a wave, and one after them."""

from aws_cdk import App, Stack, Stage
from aws_cdk import aws_ssm as ssm
from home import HERE, pipeline


def town(app: App, name: str) -> Stage:
    stage = Stage(app, name, env=HERE)
    stack = Stack(stage, "Stack", stack_name=f"town-{name.lower()}")
    ssm.StringParameter(stack, "Name", string_value=name, parameter_name=f"/towns/{name}")
    return stage


app = App(analytics_reporting=False)
delivery = pipeline(app)
first = delivery.add_wave("First")
first.add_stage(town(app, "Bern"))
first.add_stage(town(app, "Rome"))
delivery.add_wave("Second").add_stage(town(app, "Oslo"))
app.synth()
