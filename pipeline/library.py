"""What CDK Pipelines builds in its own way and two packs ask about, accepted on each construct that has it."""

from constructs import IConstruct

from compliance.acknowledgements import acknowledge
from compliance.names import PCI, in_nist_and_pci


def accept_embedded_policy(holder: IConstruct) -> None:
    """Accept that the role at ``holder`` carries its permissions as a policy of its own rather than a managed one."""
    acknowledge(
        holder,
        finding=in_nist_and_pci("IAMNoInlinePolicy"),
        reason="Role.addToPrincipalPolicy of aws-cdk-lib embeds what CDK Pipelines grants while it builds the "
        "pipeline, and offers no managed policy in its place. The role has one user, so there is nobody to share a "
        "policy with; its text stands in the template, and changes with a reviewed commit alone.",
    )


def accept_source(project: IConstruct) -> None:
    """Accept that the build ``project`` has no OAuth token for a repository."""
    acknowledge(
        project,
        finding=f"{PCI}-CodeBuildProjectSourceRepoUrl",
        reason="The project's source type is CODEPIPELINE ('ProjectSource', CodeBuild API Reference): it gets an "
        "artifact and reaches no repository, so it holds neither token nor password. The one access to the repository "
        "is the pipeline's connection, which signs in by OAuth.",
    )
