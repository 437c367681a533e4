"""Pipelines of other kinds than a source connection and a stage, a stack each."""

from aws_cdk import App, Environment, RemovalPolicy, Stack
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_s3 as s3

ACCOUNT = Environment(account="555555555555", region="us-east-1")
# Answers the greeting that the source's archive holds.
GREET = """
import io, zipfile
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    lent = job["data"]["artifactCredentials"]
    place = job["data"]["inputArtifacts"][0]["location"]["s3Location"]
    s3 = boto3.client("s3", aws_access_key_id=lent["accessKeyId"], aws_secret_access_key=lent["secretAccessKey"],
                      aws_session_token=lent["sessionToken"])
    body = s3.get_object(Bucket=place["bucketName"], Key=place["objectKey"])["Body"].read()
    greeting = zipfile.ZipFile(io.BytesIO(body)).read("greeting").decode().strip()
    boto3.client("codepipeline").put_job_success_result(
        jobId=job["id"], executionDetails={"summary": greeting}, outputVariables={"Greeting": greeting})
"""


def greet(home: Stack, files: codepipeline.Artifact) -> codepipeline.StageProps:
    """A stage that calls a function with the source's files."""
    function = functions.Function(
        home,
        "Greet",
        runtime=functions.Runtime.PYTHON_3_12,
        handler="index.handler",
        code=functions.Code.from_inline(GREET),
    )
    call = actions.LambdaInvokeAction(action_name="Greet", lambda_=function, inputs=[files])
    return codepipeline.StageProps(stage_name="Greet", actions=[call])


def object_pipeline(app: App) -> None:
    """An object starts it, by a rule of EventBridge."""
    home = Stack(app, "ObjectPipeline", env=ACCOUNT)
    bucket = s3.Bucket(home, "Source", versioned=True, removal_policy=RemovalPolicy.DESTROY)
    files = codepipeline.Artifact("Files")
    source = actions.S3SourceAction(
        action_name="Object",
        bucket=bucket,
        bucket_key="release/app.zip",
        output=files,
        trigger=actions.S3Trigger.EVENTS,
    )
    first = codepipeline.StageProps(stage_name="Source", actions=[source])
    codepipeline.Pipeline(
        home, "Delivery", pipeline_type=codepipeline.PipelineType.V2, stages=[first, greet(home, files)]
    )


app = App(analytics_reporting=False)
object_pipeline(app)
app.synth()
