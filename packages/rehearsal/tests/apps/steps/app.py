"""Steps around a stage: a build of files, a question, and a check that gets the files and an output of the stack."""

from aws_cdk import App, CfnOutput, Stack, Stage, pipelines
from aws_cdk import aws_ssm as ssm
from home import HERE, pipeline

app = App(analytics_reporting=False)
stage = Stage(app, "Stage", env=HERE)
stack = Stack(stage, "Stack", stack_name="steps")
ssm.StringParameter(stack, "Word", string_value="deployed", parameter_name="word")
address = CfnOutput(stack, "Address", value="https://shop.example.com")
build = pipelines.CodeBuildStep(
    "Pages", commands=["mkdir pages", "echo built by $WHO >pages/index.html"], env={"WHO": "a step"}
)
pages = build.add_output_directory("pages")
approve = pipelines.ManualApprovalStep("Approve")
approve.add_step_dependency(build)
check = pipelines.ShellStep(
    "Check",
    input=pages,
    env_from_cfn_outputs={"ADDRESS": address},
    commands=["cat index.html", 'echo "checked at $ADDRESS"'],
)
pipeline(app).add_stage(stage, pre=[build, approve], post=[check])
app.synth()
