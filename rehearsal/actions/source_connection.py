"""Source, through a connection (CodeStarSourceConnection): the files of a pushed commit, or what to clone for them."""

import json

from rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from rehearsal.engine.execution import Revision
from rehearsal.engine.providers import CLONE_REFERENCE, OUTPUT_FORMAT
from rehearsal.source.git import UnknownCommitError, archive, commit
from rehearsal.source.reference import CloneReference

SUMMARY_CHARACTERS = 2048
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
    try:
        found = commit(repository, branch=branch, wanted=context.pinned)
    except UnknownCommitError as unknown:
        raise ActionFailedError(str(unknown), code="ConfigurationError") from None
    context.log.line(f"{name} {branch} is at {found.id}: {found.message.splitlines()[0] if found.message else ''}")
    context.progress.report(external_id=found.id)
    (output,) = context.action.output_artifacts
    if settings.get(OUTPUT_FORMAT) == CLONE_REFERENCE:
        content = CloneReference(
            repository=name, commit=found.id, actions=USE_CONNECTION, resource=connection
        ).written()
    else:
        content = archive(repository, found.id)
    location = context.artifacts.write(output.name, content)
    context.log.line(f"{output.name}: {len(content)} bytes to s3://{location.bucket}/{location.key}")
    # What the console shows of a connection's revision, JSON in the summary included.
    summary = json.dumps({"ProviderType": "GitHub", "CommitMessage": found.message})[:SUMMARY_CHARACTERS]
    return Outcome(
        summary=summary,
        revision=Revision(id=found.id, summary=summary),
        variables={
            "AuthorDate": found.authored,
            "BranchName": branch,
            "CommitId": found.id,
            "CommitMessage": found.message,
            "ConnectionArn": connection,
            "FullRepositoryName": name,
        },
    )
