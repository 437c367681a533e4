"""CodeCommit's wire API: repositories, their branches and commits."""

from collections.abc import Callable, Mapping

from cdk_rehearsal.codecommit.repositories import Repositories
from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError
from cdk_rehearsal.source.git import Commit, UnknownCommitError, branches, commit

Operation = Callable[[Call], Json]


class RepositoryOperations:
    """Answers calls about repositories."""

    def __init__(self, repositories: Repositories) -> None:
        """Work on these repositories."""
        self._repositories = repositories

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "CreateRepository": self.create,
            "DeleteRepository": self.delete,
            "GetBranch": self.branch,
            "GetCommit": self.commit,
            "GetRepository": self.get,
            "ListBranches": self.list_branches,
            "ListRepositories": self.list_all,
        }

    def create(self, call: Call) -> Json:
        """CreateRepository."""
        made = self._repositories.create(call.payload["repositoryName"], call.payload.get("repositoryDescription", ""))
        return {"repositoryMetadata": made}

    def get(self, call: Call) -> Json:
        """GetRepository."""
        return {"repositoryMetadata": self._repositories.get(call.payload["repositoryName"])}

    def list_all(self, call: Call) -> Json:  # noqa: ARG002 - all operations are called alike
        """ListRepositories."""
        names = ("repositoryName", "repositoryId")
        return {"repositories": [{name: each[name] for name in names} for each in self._repositories.all()]}

    def delete(self, call: Call) -> Json:
        """DeleteRepository; one that is gone is as good."""
        deleted = self._repositories.delete(call.payload["repositoryName"])
        return {"repositoryId": deleted} if deleted else {}

    def list_branches(self, call: Call) -> Json:
        """ListBranches."""
        name = self._repositories.get(call.payload["repositoryName"])["repositoryName"]
        return {"branches": list(branches(self._repositories.path(name)))}

    def branch(self, call: Call) -> Json:
        """GetBranch."""
        name = call.payload["branchName"]
        return {"branch": {"branchName": name, "commitId": self._find(call, name, "BranchDoesNotExistException").id}}

    def commit(self, call: Call) -> Json:
        """GetCommit; of its author and committer, the dates."""
        found = self._find(call, "", "CommitIdDoesNotExistException")
        return {
            "commit": {
                "commitId": found.id,
                "message": found.message,
                "author": {"date": found.authored},
                "committer": {"date": found.committed},
            }
        }

    def _find(self, call: Call, branch: str, code: str) -> Commit:
        name = self._repositories.get(call.payload["repositoryName"])["repositoryName"]
        try:
            return commit(self._repositories.path(name), branch=branch, wanted=call.payload.get("commitId", ""))
        except UnknownCommitError as unknown:
            raise ServiceError(code, str(unknown)) from None


def resource_arn(call: Call) -> str:
    """Return the repository that IAM authorises a call on, or ``*`` for a listing."""
    name = call.payload.get("repositoryName")
    return f"arn:aws:codecommit:{call.region}:{call.account}:{name}" if name else "*"
