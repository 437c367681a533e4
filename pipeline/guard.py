"""What stands between a change set and its execution, where data outlives its stack."""

from typing import cast

from aws_cdk import DefaultStackSynthesizer, Fn, Stack, pipelines
from aws_cdk import aws_iam as iam

CHANGE_SET = "PipelineChange"
"""The name that CDK Pipelines gives to the change set of every stack."""


def guard(source: pipelines.IFileSetProducer, *, stage: str, stack: Stack) -> pipelines.CodeBuildStep:
    """Return the step that runs ``make guard-stage`` of ``source`` on the change set of ``stack`` before it executes.

    ``stage`` is the stage's address, as sign-offs name it. The step's role may take on the lookup role of the stack's
    bootstrap and nothing else: that role can only read, trusts the tools account, and is there before the first
    deployment.
    """
    synthesizer = cast(DefaultStackSynthesizer, stack.synthesizer)
    role = Fn.sub(cast(str, synthesizer.lookup_role))
    return pipelines.CodeBuildStep(
        "Guard",
        input=source,
        commands=["make SETUP=steps setup guard-stage"],
        env={
            "LOOKUP_ROLE_ARN": role,
            "STACK_NAME": stack.stack_name,
            "CHANGE_SET_NAME": CHANGE_SET,
            "STAGE_ADDRESS": stage,
            "STAGE_REGION": stack.region,
        },
        role_policy_statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role])],
    )
