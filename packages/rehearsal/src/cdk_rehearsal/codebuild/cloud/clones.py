"""Sources that are cloned, as "CODEBUILD_CLONE_REF" of a pipeline's source asks for.

Rules: "CodeCommit source action reference" in the CodePipeline user guide and, on permissions of the service role, "Add
CodeBuild GitClone permissions" in its chapter on troubleshooting.
"""

from pathlib import Path

from cdk_rehearsal.access.permissions import permits
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.order import Order
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.source.git import clone
from cdk_rehearsal.source.reference import CloneReference
from cdk_rehearsal.source.repository import repository_path


def fetch_clone(reference: CloneReference, folder: Path, order: Order) -> None:
    """Clone a repository into an empty folder, and check the commit out.

    Raises:
        BuildError: the service role may not, or git can't.
    """
    role, wanted, resource = order.plan.service_role, reference.actions, reference.resource
    if not permits(order.config, role=role, actions=wanted, resource=resource, region=order.identity.region):
        raise BuildError(
            "CLIENT_ERROR",
            f"authorization failed for source version {reference.commit}: "
            f"{role} is not permitted to perform {wanted[0]} on {resource}",
        )
    try:
        clone(repository_path(order.config, reference.repository), reference.commit, folder)
    except RehearsalError as error:
        raise BuildError("CLIENT_ERROR", f"source {reference.repository}: {error}") from error
