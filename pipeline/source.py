"""Where the delivery begins: a push to the branch."""

from aws_cdk import pipelines

from pipeline.settings import DeliverySettings


def source(settings: DeliverySettings) -> pipelines.CodePipelineSource:
    """Return the repository's branch, fetched through its connection at every push."""
    return pipelines.CodePipelineSource.connection(
        settings.repository,
        settings.branch,
        action_name="Source",
        connection_arn=settings.connection_arn,
        trigger_on_push=True,
    )
