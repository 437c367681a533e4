"""What git announces of a push, and what comes of it."""

from cdk_rehearsal.codepipeline.branch_changes import BranchChanges
from cdk_rehearsal.codepipeline.connection_changes import ConnectionChanges
from cdk_rehearsal.codepipeline.github_changes import GitHubChanges
from cdk_rehearsal.codepipeline.object_uploads import ObjectUploads
from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.emulator.hooks import Json, ServiceError
from cdk_rehearsal.engine.execution import Execution
from cdk_rehearsal.engine.triggers import Push

UNKNOWN_COMMIT = "0" * 40


class PushRoute:
    """``POST /_rehearsal/push`` with ``{"repository": "owner/name", "branch", "commit", "before"}``.

    ``before`` is what the branch pointed at; zeros, or nothing, for a new branch. The repository is one of
    GitHub, unless ``object`` says which object it stands for (with ``silent``, if nothing is to start), or
    ``codecommit`` of which of CodeCommit's repositories it has the content. The answer lists what was ``started``, and
    has in ``said`` what else whoever pushed should read.
    """

    def __init__(
        self, connections: ConnectionChanges, github: GitHubChanges, objects: ObjectUploads, branches: BranchChanges
    ) -> None:
        """Tell the one of these whom a push concerns."""
        self._connections = connections
        self._github = github
        self._objects = objects
        self._branches = branches

    def __call__(self, body: Json) -> Json:
        """Hand a push on."""
        try:
            push = Push(repository=body["repository"], branch=body["branch"], commit=body["commit"])
        except KeyError as missing:
            raise ServiceError(
                "ValidationException", f"a push needs repository, branch and commit: {missing}"
            ) from None
        before = body.get("before") or UNKNOWN_COMMIT
        if "object" in body:
            said = self._objects.pushed(push, body["object"], silent=body.get("silent", False))
            return {"started": [], "said": said}
        if "codecommit" in body:
            started = self._branches.pushed(push, body["codecommit"], created=before == UNKNOWN_COMMIT)
            return {"started": [_execution(*each) for each in started], "said": [f"EventBridge knows of {push.branch}"]}
        heard = [*self._connections.pushed(push, before), *self._github.pushed(push, before)]
        return {"started": [_execution(*each) for each in heard]}


def _execution(record: PipelineRecord, execution: Execution) -> Json:
    return {
        "account": record.account,
        "region": record.region,
        "pipeline": record.pipeline.name,
        "pipelineExecutionId": execution.id,
    }
