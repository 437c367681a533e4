"""Source (GitHub, with a token): the files of a pushed commit, as a zip archive.

Rules: "GitHub (via OAuth app) source action reference" in the CodePipeline user guide. Nobody looks at the token.
"""

from rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from rehearsal.engine.execution import Revision
from rehearsal.source.git import UnknownCommitError, archive, commit

SUMMARY_CHARACTERS = 2048


def run(context: ActionContext) -> Outcome:
    """Deliver the commit that started the execution, or the one that the branch points at."""
    settings = context.configuration
    name, branch = f"{settings['Owner']}/{settings['Repo']}", settings["Branch"]
    repository = context.repositories / f"{name}.git"
    try:
        found = commit(repository, branch=branch, wanted=context.pinned)
    except UnknownCommitError as unknown:
        raise ActionFailedError(str(unknown), code="ConfigurationError") from None
    context.log.line(f"{name} {branch} is at {found.id}: {found.message.splitlines()[0] if found.message else ''}")
    url = f"https://github.com/{name}/commit/{found.id}"
    context.progress.report(external_id=found.id, external_url=url)
    (output,) = context.action.output_artifacts
    content = archive(repository, found.id)
    location = context.artifacts.write(output.name, content)
    context.log.line(f"{output.name}: {len(content)} bytes to s3://{location.bucket}/{location.key}")
    summary = found.message[:SUMMARY_CHARACTERS]
    return Outcome(
        summary=summary,
        revision=Revision(id=found.id, summary=summary),
        variables={
            "AuthorDate": found.authored,
            "BranchName": branch,
            "CommitId": found.id,
            "CommitMessage": found.message,
            "CommitterDate": found.committed,
            "CommitUrl": url,
            "RepositoryName": settings["Repo"],
        },
    )
