"""Source (CodeCommit): the files of a commit, as a zip archive, or what to clone for them.

Rules: "CodeCommit source action reference" in the CodePipeline user guide, with the permissions that it lists.
"""

from cdk_assembly import account_of
from cdk_rehearsal.actions.commits import hand_on, tell
from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.engine.providers import CLONE_REFERENCE, OUTPUT_FORMAT
from cdk_rehearsal.source.git import archive, commit
from cdk_rehearsal.source.reference import CloneReference
from cdk_rehearsal.source.repository import codecommit_name

# CodeCommit packs the archive by operations that only CodePipeline may call.
UPLOAD = ("codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus")
PULL = ("codecommit:GitPull",)


def run(context: ActionContext) -> Outcome:
    """Deliver the commit that started the execution, or the one that the branch points at."""
    name, branch = context.configuration["RepositoryName"], context.configuration["BranchName"]
    account = account_of(context.role)
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
    tell(context, found, name=name, branch=branch)
    if cloned:
        content = CloneReference(repository=full_name, commit=found.id, actions=PULL, resource=arn).written()
    else:
        content = archive(repository, found.id)
    return hand_on(
        context,
        found,
        content,
        summary=found.message,
        variables={"BranchName": branch, "CommitterDate": found.committed, "RepositoryName": name},
    )
