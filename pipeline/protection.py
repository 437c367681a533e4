"""What makes a stack's termination protection real: CodePipeline's own actions cannot switch it on."""

from aws_cdk import Aws, pipelines
from aws_cdk import aws_iam as iam

from tap_stack.settings import StageSettings


def protection(source: pipelines.IFileSetProducer, *, settings: StageSettings) -> pipelines.CodeBuildStep:
    """Return the step that runs ``make protect-stage`` of ``source`` on a stage that has just been deployed.

    The step's role may take on the stage's protection role and nothing else; that role trusts it by the name of this
    stack, so it must not get another physical name.
    """
    role = f"arn:{Aws.PARTITION}:iam::{settings.account}:role/{settings.protection_role_name}"
    return pipelines.CodeBuildStep(
        "Protect",
        input=source,
        commands=["make SETUP=steps setup protect-stage"],
        env={"PROTECTION_ROLE_ARN": role, "PROTECTED_STACKS": " ".join(settings.stacks)},
        role_policy_statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role])],
    )
