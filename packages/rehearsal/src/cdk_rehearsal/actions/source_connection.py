"""Source, through a connection (CodeStarSourceConnection): the files of a pushed commit, or what to clone for them."""

import json

from cdk_rehearsal.actions.commits import hand_on, tell, wanted_commit
from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.engine.providers import CLONE_REFERENCE, OUTPUT_FORMAT
from cdk_rehearsal.source.git import archive
from cdk_rehearsal.source.reference import CloneReference

# The service has two names; a policy under either lets the role use the connection.
USE_CONNECTION = ("codeconnections:UseConnection", "codestar-connections:UseConnection")


def run(context: ActionContext) -> Outcome:
    """Deliver the commit that started the execution, or the one that the branch points at."""
    settings = context.configuration
    name, branch, connection = settings["FullRepositoryId"], settings["BranchName"], settings["ConnectionArn"]
    if not context.permits(USE_CONNECTION, connection):
        raise ActionFailedError(
            f"{context.role} is not permitted to perform {USE_CONNECTION[0]} on {connection}", code="PermissionError"
        )
    repository = context.repositories / f"{name}.git"
    found = wanted_commit(context, repository, branch=branch)
    tell(context, found, name=name, branch=branch)
    if settings.get(OUTPUT_FORMAT) == CLONE_REFERENCE:
        content = CloneReference(
            repository=name, commit=found.id, actions=USE_CONNECTION, resource=connection
        ).written()
    else:
        content = archive(repository, found.id)
    return hand_on(
        context,
        found,
        content,
        # What the console shows of a connection's revision, JSON in the summary included.
        summary=json.dumps({"ProviderType": "GitHub", "CommitMessage": found.message}),
        variables={"BranchName": branch, "ConnectionArn": connection, "FullRepositoryName": name},
    )
