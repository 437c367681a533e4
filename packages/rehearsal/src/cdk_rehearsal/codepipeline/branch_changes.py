"""A push to CodeCommit starts the pipelines that follow the branch: by polling, or by an event that a rule waits for.

Rules: "CodeCommit source action reference" in the CodePipeline user guide, and "Monitoring CodeCommit events in Amazon
EventBridge" in the CodeCommit user guide.
"""
# ruff: noqa: SLF001 - MiniStack's events have no public door

from ministack.services import eventbridge

from cdk_assembly import account_of
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.service_events import service_event
from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.emulator.hooks import Json, scope
from cdk_rehearsal.engine.execution import Execution, Trigger
from cdk_rehearsal.engine.triggers import Push, branch_polling_for


class BranchChanges:
    """Hears of every push to a repository of CodeCommit."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Start executions of these pipelines."""
        self._pipelines = pipelines

    def pushed(self, push: Push, place: Json, *, created: bool) -> list[tuple[PipelineRecord, Execution]]:
        """Start what polls, and tell EventBridge; return what polling started.

        ``place`` is ``{"account", "region", "repository"}``.
        """
        name = place["repository"]
        started = []
        with self._pipelines.store.held():
            for record in self._pipelines.store.all():
                source = branch_polling_for(name, push.branch, record.pipeline)
                if source is None:
                    continue
                account = account_of(source.role_arn or record.pipeline.role_arn)
                if (account, source.region or record.region) == (place["account"], place["region"]):
                    trigger = Trigger(kind="PollForSourceChanges")
                    pinned = {source.name: push.commit}
                    started.append((record, self._pipelines.runner.start(record, trigger, pinned=pinned)))
        detail = {
            "event": "referenceCreated" if created else "referenceUpdated",
            "repositoryName": name,
            "referenceType": "branch",
            "referenceName": push.branch,
            "referenceFullName": f"refs/heads/{push.branch}",
            "commitId": push.commit,
        }
        arn = f"arn:aws:codecommit:{place['region']}:{place['account']}:{name}"
        with scope(place["account"], place["region"]):
            eventbridge._dispatch_event(
                service_event("aws.codecommit", "CodeCommit Repository State Change", detail, arn)
            )
        return started
