"""A stack with a file and a folder beside its template; it says where they are."""

from aws_cdk import App, CfnOutput, Stack, Stage
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_ssm as ssm
from home import HERE, pipeline

app = App(analytics_reporting=False)
stage = Stage(app, "Stage", env=HERE)
stack = Stack(stage, "Stack", stack_name="assets")
for name, path in (("File", "words.txt"), ("Folder", "folder")):
    asset = assets.Asset(stack, name, path=path)
    ssm.StringParameter(stack, f"Hash{name}", string_value=asset.asset_hash)
    CfnOutput(stack, f"Bucket{name}", value=asset.s3_bucket_name)
    CfnOutput(stack, f"Key{name}", value=asset.s3_object_key)
pipeline(app).add_stage(stage)
app.synth()
