"""What follows a deployment: checks against what was deployed, through a role that can only look."""

import re
from collections.abc import Mapping

from aws_cdk import Aws, CfnOutput, pipelines
from aws_cdk import aws_iam as iam

from tap_stack.settings import StageSettings


def checks(
    source: pipelines.IFileSetProducer, *, settings: StageSettings, outputs: Mapping[str, CfnOutput]
) -> pipelines.CodeBuildStep:
    """Return the step that runs ``make check-stage`` of ``source`` on a stage that has just been deployed.

    The checks find the stage in their environment: STAGE_NAME, STAGE_REGION, and each of ``outputs`` in upper snake
    case (CheckRoleArn becomes CHECK_ROLE_ARN). The step's role may take on the stage's check role and nothing else;
    that role trusts it by the name of this stack, so it must not get another physical name.
    """
    check_role = f"arn:{Aws.PARTITION}:iam::{settings.account}:role/{settings.check_role_name}"
    return pipelines.CodeBuildStep(
        "Check",
        input=source,
        commands=["make SETUP=steps setup check-stage"],
        env={"STAGE_NAME": settings.name, "STAGE_REGION": settings.region},
        env_from_cfn_outputs={variable_name(name): output for name, output in outputs.items()},
        role_policy_statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[check_role])],
    )


def variable_name(output: str) -> str:
    """Return the environment variable of a stack's output: ``S3BucketName`` becomes ``S3_BUCKET_NAME``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", output).upper()
