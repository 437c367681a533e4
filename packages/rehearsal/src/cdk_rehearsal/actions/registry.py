"""Which provider runs which type of action or rule. What a declaration of each may say is in ``engine.providers``."""

from types import MappingProxyType

from cdk_rehearsal.actions import (
    cloudformation,
    cloudwatch_alarm,
    codebuild,
    codecommit_source,
    commands,
    deployment_window,
    github_source,
    lambda_invoke,
    manual_approval,
    pipeline_invoke,
    s3_deploy,
    s3_source,
    source_connection,
    step_functions,
    variable_check,
)
from cdk_rehearsal.actions.contracts import Provider
from cdk_rehearsal.engine.definition import ActionType
from cdk_rehearsal.engine.providers import (
    CLOUDFORMATION,
    CLOUDWATCH_ALARM,
    CODEBUILD,
    CODEBUILD_RULE,
    CODEBUILD_TEST,
    CODECOMMIT,
    COMMANDS,
    COMMANDS_RULE,
    DEPLOYMENT_WINDOW,
    GITHUB,
    LAMBDA,
    LAMBDA_RULE,
    MANUAL_APPROVAL,
    PIPELINE_INVOKE,
    S3_DEPLOY,
    S3_SOURCE,
    SOURCE_CONNECTION,
    STEP_FUNCTIONS,
    VARIABLE_CHECK,
)

PROVIDERS: MappingProxyType[ActionType, Provider] = MappingProxyType(
    {
        SOURCE_CONNECTION: source_connection.run,
        S3_SOURCE: s3_source.run,
        CODECOMMIT: codecommit_source.run,
        GITHUB: github_source.run,
        CODEBUILD: codebuild.run,
        CODEBUILD_TEST: codebuild.run,
        CLOUDFORMATION: cloudformation.run,
        S3_DEPLOY: s3_deploy.run,
        STEP_FUNCTIONS: step_functions.run,
        PIPELINE_INVOKE: pipeline_invoke.run,
        COMMANDS: commands.run,
        LAMBDA: lambda_invoke.run,
        MANUAL_APPROVAL: manual_approval.run,
    }
)

RULE_PROVIDERS: MappingProxyType[ActionType, Provider] = MappingProxyType(
    {
        VARIABLE_CHECK: variable_check.run,
        LAMBDA_RULE: lambda_invoke.run,
        COMMANDS_RULE: commands.run,
        CODEBUILD_RULE: codebuild.run,
        CLOUDWATCH_ALARM: cloudwatch_alarm.run,
        DEPLOYMENT_WINDOW: deployment_window.run,
    }
)


def provider_of(kind: ActionType) -> Provider:
    """Return what runs an action or rule of a type that a pipeline may declare."""
    return RULE_PROVIDERS[kind] if kind in RULE_PROVIDERS else PROVIDERS[kind]
