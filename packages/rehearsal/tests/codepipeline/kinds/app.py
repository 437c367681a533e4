"""Pipelines of other kinds than a source connection and a stage, a stack each."""

from aws_cdk import App, Environment, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_s3 as s3

ACCOUNT = Environment(account="555555555555", region="us-east-1")
CONNECTION = "arn:aws:codeconnections:us-east-1:555555555555:connection/00000000-0000-4000-8000-000000000000"
# Answers the greetings that the sources' archives hold.
GREET = """
import io, zipfile
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    lent = job["data"]["artifactCredentials"]
    s3 = boto3.client("s3", aws_access_key_id=lent["accessKeyId"], aws_secret_access_key=lent["secretAccessKey"],
                      aws_session_token=lent["sessionToken"])
    places = [each["location"]["s3Location"] for each in job["data"]["inputArtifacts"]]
    bodies = [s3.get_object(Bucket=each["bucketName"], Key=each["objectKey"])["Body"].read() for each in places]
    greetings = [zipfile.ZipFile(io.BytesIO(each)).read("greeting").decode().strip() for each in bodies]
    boto3.client("codepipeline").put_job_success_result(
        jobId=job["id"], executionDetails={"summary": ", ".join(greetings)})
"""


def greet(home: Stack, *files: codepipeline.Artifact) -> codepipeline.StageProps:
    """A stage that calls a function with the sources' files."""
    function = functions.Function(
        home,
        "Greet",
        runtime=functions.Runtime.PYTHON_3_12,
        handler="index.handler",
        code=functions.Code.from_inline(GREET),
    )
    call = actions.LambdaInvokeAction(action_name="Greet", lambda_=function, inputs=list(files))
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


def connection(name: str, files: codepipeline.Artifact) -> actions.CodeStarConnectionsSourceAction:
    """A repository's source action."""
    return actions.CodeStarConnectionsSourceAction(
        action_name=name, connection_arn=CONNECTION, owner="acme", repo=name.lower(), branch="main", output=files
    )


def joined_pipeline(app: App) -> None:
    """Two repositories start it, and an object that the app does not make; it polls for that one."""
    home = Stack(app, "JoinedPipeline", env=ACCOUNT)
    files, words, extras = (codepipeline.Artifact(name) for name in ("Files", "Words", "Extras"))
    extra = actions.S3SourceAction(
        action_name="Extras",
        bucket=s3.Bucket.from_bucket_name(home, "Elsewhere", "extras-of-somebody"),
        bucket_key="extras.zip",
        output=extras,
    )
    sources = [connection("Files", files), connection("Words", words), extra]
    first = codepipeline.StageProps(stage_name="Source", actions=sources)
    codepipeline.Pipeline(
        home,
        "Delivery",
        pipeline_type=codepipeline.PipelineType.V2,
        stages=[first, greet(home, files, words, extras)],
    )


def committed_pipeline(app: App) -> None:
    """A repository of CodeCommit starts it, by the rule that CDK makes for it."""
    home = Stack(app, "CommittedPipeline", env=ACCOUNT)
    repository = codecommit.Repository(home, "Repository", repository_name="greetings")
    files = codepipeline.Artifact("Files")
    source = actions.CodeCommitSourceAction(action_name="Commit", repository=repository, branch="main", output=files)
    first = codepipeline.StageProps(stage_name="Source", actions=[source])
    codepipeline.Pipeline(
        home, "Delivery", pipeline_type=codepipeline.PipelineType.V2, stages=[first, greet(home, files)]
    )


def conditional_pipeline(app: App) -> None:
    """Its second stage waits for a day that is over, and its third is for releases only."""
    home = Stack(app, "ConditionalPipeline", env=ACCOUNT)
    files = codepipeline.Artifact("Files")
    window = codepipeline.Rule(
        name="Window", provider="DeploymentWindow", version="1", configuration={"Cron": "0 0 0 1 1 ? 1970"}
    )
    branch = codepipeline.Rule(
        name="Branch",
        provider="VariableCheck",
        version="1",
        configuration={"Variable": "#{Source.BranchName}", "Operator": "MATCHES", "Value": "release/.*"},
    )
    source = actions.CodeStarConnectionsSourceAction(
        action_name="Files",
        connection_arn=CONNECTION,
        owner="acme",
        repo="files",
        output=files,
        branch="main",
        variables_namespace="Source",
    )
    approve = actions.ManualApprovalAction(action_name="Approve")
    shout = actions.CommandsAction(
        action_name="Shout",
        commands=["export LOUD=$(tr a-z A-Z < greeting)"],
        input=files,
        output_variables=["LOUD"],
        variables_namespace="Shout",
    )
    tell = actions.ManualApprovalAction(action_name="Tell", additional_information="#{Shout.LOUD}", run_order=2)
    greeting = greet(home, files)
    codepipeline.Pipeline(
        home,
        "Delivery",
        pipeline_type=codepipeline.PipelineType.V2,
        stages=[
            codepipeline.StageProps(stage_name="Source", actions=[source]),
            codepipeline.StageProps(
                stage_name="Greet", actions=greeting.actions, before_entry=condition(window, codepipeline.Result.FAIL)
            ),
            codepipeline.StageProps(stage_name="Shout", actions=[shout, tell]),
            codepipeline.StageProps(
                stage_name="Release", actions=[approve], before_entry=condition(branch, codepipeline.Result.SKIP)
            ),
        ],
    )


def cloned_pipeline(app: App) -> None:
    """Its build clones the repository."""
    home = Stack(app, "ClonedPipeline", env=ACCOUNT)
    files = codepipeline.Artifact("Files")
    source = actions.CodeStarConnectionsSourceAction(
        action_name="Files",
        connection_arn=CONNECTION,
        owner="acme",
        repo="files",
        output=files,
        branch="main",
        code_build_clone_output=True,
    )
    commands = {"version": "0.2", "phases": {"build": {"commands": ["echo commits: $(git log --format=%s)"]}}}
    project = codebuild.PipelineProject(home, "Count", build_spec=codebuild.BuildSpec.from_object(commands))
    count = actions.CodeBuildAction(action_name="Count", project=project, input=files)
    codepipeline.Pipeline(
        home,
        "Delivery",
        pipeline_type=codepipeline.PipelineType.V2,
        stages=[
            codepipeline.StageProps(stage_name="Source", actions=[source]),
            codepipeline.StageProps(stage_name="Count", actions=[count]),
        ],
    )


def token_pipeline(app: App) -> None:
    """A repository of GitHub starts it, by the webhook that CDK makes for it."""
    home = Stack(app, "TokenPipeline", env=ACCOUNT)
    files = codepipeline.Artifact("Files")
    source = actions.GitHubSourceAction(
        action_name="Files",
        owner="acme",
        repo="files",
        branch="main",
        oauth_token=SecretValue.secrets_manager("github-token"),
        output=files,
    )
    first = codepipeline.StageProps(stage_name="Source", actions=[source])
    codepipeline.Pipeline(
        home, "Delivery", pipeline_type=codepipeline.PipelineType.V2, stages=[first, greet(home, files)]
    )


def condition(rule: codepipeline.Rule, result: codepipeline.Result) -> codepipeline.Conditions:
    """A condition of one rule."""
    return codepipeline.Conditions(conditions=[codepipeline.Condition(result=result, rules=[rule])])


app = App(analytics_reporting=False)
object_pipeline(app)
joined_pipeline(app)
committed_pipeline(app)
conditional_pipeline(app)
cloned_pipeline(app)
token_pipeline(app)
app.synth()
