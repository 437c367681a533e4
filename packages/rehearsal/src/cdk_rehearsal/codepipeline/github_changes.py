"""A push to a repository of GitHub starts the pipelines that follow it with a token: by a webhook, or by polling.

Rules: "GitHub (via OAuth app) source action reference" in the CodePipeline user guide. GitHub tells every webhook that
was registered with it for the repository.
"""

from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.codepipeline.webhooks import Webhooks
from cdk_rehearsal.emulator.hooks import Json
from cdk_rehearsal.engine.definition import Action
from cdk_rehearsal.engine.execution import Execution, Trigger
from cdk_rehearsal.engine.triggers import Push, github_polling_for, github_source

Started = list[tuple[PipelineRecord, Execution]]


class GitHubChanges:
    """Hears of every push to such a repository."""

    def __init__(self, pipelines: Pipelines, webhooks: Webhooks) -> None:
        """Start executions of these pipelines."""
        self._pipelines = pipelines
        self._webhooks = webhooks

    def pushed(self, push: Push, before: str) -> Started:
        """Start every pipeline that hears of the push, in any account and region; ``before`` is the former commit."""
        with self._pipelines.store.held():
            return [*self._polled(push), *self._told(push, _body(push, before))]

    def _polled(self, push: Push) -> Started:
        found = [(each, github_polling_for(push, each.pipeline)) for each in self._pipelines.store.all()]
        trigger = Trigger(kind="PollForSourceChanges")
        return [self._begin(record, source, push, trigger) for record, source in found if source is not None]

    def _told(self, push: Push, body: Json) -> Started:
        started = []
        for webhook in self._webhooks.all():
            record = self._pipelines.store.find((webhook.account, webhook.region, webhook.pipeline))
            if record is None or not webhook.registered:
                continue
            source = github_source(push.repository, webhook.action, record.pipeline)
            if source is not None and webhook.accepts(body, source.configuration):
                self._webhooks.triggered(webhook)
                started.append(self._begin(record, source, push, Trigger(kind="Webhook", detail=webhook.arn)))
        return started

    def _begin(
        self, record: PipelineRecord, source: Action, push: Push, trigger: Trigger
    ) -> tuple[PipelineRecord, Execution]:
        # A webhook may listen to another branch than its source delivers.
        pinned = {source.name: push.commit} if source.configuration["Branch"] == push.branch else {}
        return record, self._pipelines.runner.start(record, trigger, pinned=pinned)


def _body(push: Push, before: str) -> Json:
    """What filters of a webhook may look at, of the body that GitHub sends of a push."""
    owner, _, name = push.repository.rpartition("/")
    return {
        "ref": f"refs/heads/{push.branch}",
        "before": before,
        "after": push.commit,
        "repository": {"name": name, "full_name": push.repository, "owner": {"name": owner, "login": owner}},
    }
