"""Plugs CodeCommit into the emulator: its wire API and its CloudFormation type. Pushes are CodePipeline's affair."""

import botocore.session

from cdk_rehearsal.codecommit.cloudformation_type import RepositoryType
from cdk_rehearsal.codecommit.operations import RepositoryOperations, resource_arn
from cdk_rehearsal.codecommit.repositories import Repositories
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import persist, register_resource_type, register_service


def install(config: EmulatorConfig) -> None:
    """Register the service and its CloudFormation type."""
    repositories = Repositories(config)
    model = botocore.session.Session().get_service_model("codecommit")
    register_service(
        "codecommit",
        target_prefixes=[model.metadata["targetPrefix"]],
        operations=RepositoryOperations(repositories).table(),
        resource_arn=resource_arn,
        iam_namespace="codecommit",
    )
    register_resource_type(
        "AWS::CodeCommit::Repository",
        RepositoryType(repositories),
        create_only=["RepositoryName"],
        tags="list",
        blocking=True,
    )
    persist("codecommit", save=repositories.save, load=repositories.load)
