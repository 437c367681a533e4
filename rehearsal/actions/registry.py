"""Which provider runs which action type. What a declaration of each may say is in ``engine.providers``."""

from types import MappingProxyType

from rehearsal.actions import (
    cloudformation,
    codebuild,
    codecommit_source,
    lambda_invoke,
    manual_approval,
    s3_source,
    source_connection,
)
from rehearsal.actions.contracts import Provider
from rehearsal.engine.definition import ActionType
from rehearsal.engine.providers import (
    CLOUDFORMATION,
    CODEBUILD,
    CODEBUILD_TEST,
    CODECOMMIT,
    LAMBDA,
    MANUAL_APPROVAL,
    S3_SOURCE,
    SOURCE_CONNECTION,
)

PROVIDERS: MappingProxyType[ActionType, Provider] = MappingProxyType(
    {
        SOURCE_CONNECTION: source_connection.run,
        S3_SOURCE: s3_source.run,
        CODECOMMIT: codecommit_source.run,
        CODEBUILD: codebuild.run,
        CODEBUILD_TEST: codebuild.run,
        CLOUDFORMATION: cloudformation.run,
        LAMBDA: lambda_invoke.run,
        MANUAL_APPROVAL: manual_approval.run,
    }
)
