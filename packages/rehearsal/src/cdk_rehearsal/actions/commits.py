"""What the sources of git have in common: the commit that is wanted, and what is told and handed on of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.engine.execution import Revision
from cdk_rehearsal.source.git import Commit, UnknownCommitError, commit

SUMMARY_CHARACTERS: Final = 2048


def wanted_commit(context: ActionContext, repository: Path, *, branch: str) -> Commit:
    """Return the commit that started the execution, or the one that ``branch`` points at.

    Raises:
        ActionFailedError: The repository has neither.
    """
    try:
        return commit(repository, branch=branch, wanted=context.pinned)
    except UnknownCommitError as unknown:
        raise ActionFailedError(str(unknown), code="ConfigurationError") from None


def tell(context: ActionContext, found: Commit, *, name: str, branch: str, url: str | None = None) -> None:
    """Say in the action's log and state which commit of the repository ``name`` it is."""
    context.log.line(f"{name} {branch} is at {found.id}: {found.message.splitlines()[0] if found.message else ''}")
    context.progress.report(external_id=found.id, external_url=url)


def hand_on(
    context: ActionContext, found: Commit, content: bytes, *, summary: str, variables: Mapping[str, str]
) -> Outcome:
    """Write the output artifact; return the outcome with the variables of every source, and ``variables`` beside."""
    (output,) = context.action.output_artifacts
    location = context.artifacts.write(output.name, content)
    context.log.line(f"{output.name}: {len(content)} bytes to s3://{location.bucket}/{location.key}")
    said = summary[:SUMMARY_CHARACTERS]
    of_the_commit = {"AuthorDate": found.authored, "CommitId": found.id, "CommitMessage": found.message}
    return Outcome(summary=said, revision=Revision(id=found.id, summary=said), variables={**of_the_commit, **variables})
