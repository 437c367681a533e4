"""Source (GitHub, with a token): the files of a pushed commit, as a zip archive.

Rules: "GitHub (via OAuth app) source action reference" in the CodePipeline user guide. Nobody looks at the token.
"""

from cdk_rehearsal.actions.commits import hand_on, tell, wanted_commit
from cdk_rehearsal.actions.contracts import ActionContext, Outcome
from cdk_rehearsal.source.git import archive


def run(context: ActionContext) -> Outcome:
    """Deliver the commit that started the execution, or the one that the branch points at."""
    settings = context.configuration
    name, branch = f"{settings['Owner']}/{settings['Repo']}", settings["Branch"]
    repository = context.repositories / f"{name}.git"
    found = wanted_commit(context, repository, branch=branch)
    url = f"https://github.com/{name}/commit/{found.id}"
    tell(context, found, name=name, branch=branch, url=url)
    return hand_on(
        context,
        found,
        archive(repository, found.id),
        summary=found.message,
        variables={
            "BranchName": branch,
            "CommitterDate": found.committed,
            "CommitUrl": url,
            "RepositoryName": settings["Repo"],
        },
    )
