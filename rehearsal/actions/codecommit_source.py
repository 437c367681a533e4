"""Source (CodeCommit): the files of a commit, as a zip archive, or what to clone for them.

Rules: "CodeCommit source action reference" in the CodePipeline user guide, with the permissions that it lists.
"""

from rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from rehearsal.engine.execution import Revision
from rehearsal.engine.providers import CLONE_REFERENCE, OUTPUT_FORMAT
from rehearsal.source.git import archive, commit
from rehearsal.source.reference import CloneReference
from rehearsal.source.repository import codecommit_name

ROLE_ACCOUNT = 4
SUMMARY_CHARACTERS = 2048
# CodeCommit packs the archive by operations that only CodePipeline may call.
UPLOAD = ("codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus")
PULL = ("codecommit:GitPull",)


def run(context: ActionContext) -> Outcome:
    """Deliver the commit that started the execution, or the one that the branch points at."""
    name, branch = context.configuration["RepositoryName"], context.configuration["BranchName"]
    account = context.role.split(":")[ROLE_ACCOUNT]
    codecommit = context.clients("codecommit")
    wanted = context.pinned or codecommit.get_branch(repositoryName=name, branchName=branch)["branch"]["commitId"]
    codecommit.get_commit(repositoryName=name, commitId=wanted)
    cloned = context.configuration.get(OUTPUT_FORMAT) == CLONE_REFERENCE
    arn = f"arn:aws:codecommit:{context.region}:{account}:{name}"
    if cloned:
        codecommit.get_repository(repositoryName=name)
    for action in () if cloned else UPLOAD:
        if not context.permits((action,), arn):
            raise ActionFailedError(
                f"{context.role} is not permitted to perform {action} on {arn}", code="PermissionError"
            )
    full_name = codecommit_name(account, context.region, name)
    repository = context.repositories / f"{full_name}.git"
    found = commit(repository, branch=branch, wanted=wanted)
    context.log.line(f"{name} {branch} is at {found.id}: {found.message.splitlines()[0] if found.message else ''}")
    context.progress.report(external_id=found.id)
    (output,) = context.action.output_artifacts
    if cloned:
        content = CloneReference(repository=full_name, commit=found.id, actions=PULL, resource=arn).written()
    else:
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
            "RepositoryName": name,
        },
    )
