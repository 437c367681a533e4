"""Rules of EventBridge that have a pipeline as their target, whatever makes them fire: an event or a schedule.

Rules: "Start a pipeline automatically using EventBridge and …" in the CodePipeline user guide: the target's role needs
``codepipeline:StartPipelineExecution`` and trusts ``events.amazonaws.com``; an input transformer may name revisions.
"""
# ruff: noqa: SLF001 - MiniStack's rules have no public door

import json
import logging
from typing import Any

from ministack.services import eventbridge

from cdk_rehearsal.access.permissions import permits
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.source_revisions import pinned_revisions
from cdk_rehearsal.emulator.hooks import Json, ServiceError, spawn
from cdk_rehearsal.emulator.wiring.sessions import trusts
from cdk_rehearsal.engine.execution import Trigger

log = logging.getLogger(__name__)
START = "codepipeline:StartPipelineExecution"
EVENTS = "events.amazonaws.com"


class EventTargets:
    """Starts pipelines for rules."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Start executions of these pipelines."""
        self._pipelines = pipelines
        self._invoke_target = eventbridge._invoke_target

    def install(self) -> None:
        """Take over the targets that are pipelines."""
        eventbridge._invoke_target = self._invoked

    def _invoked(self, target: Json, event: Json, rule: Json, view: Any = None) -> None:
        if target["Arn"].split(":")[2] != "codepipeline":
            self._invoke_target(target, event, rule, view)
            return
        text = str(target.get("Input", ""))
        if target.get("InputTransformer"):
            seen = view or eventbridge._pattern_event_view(event)
            text = str(eventbridge._apply_input_transformer(target["InputTransformer"], rule, seen))
        # Rules are looked at where calls are answered; asking IAM there would wait for itself.
        spawn(self._start, target, rule["Arn"], text, name=f"rule {rule['Name']}")

    def _start(self, target: Json, rule: str, text: str) -> None:
        try:
            self.start(target["Arn"], role=target.get("RoleArn", ""), rule=rule, text=text)
        except (ServiceError, ValueError, KeyError, TypeError) as refused:
            # As on AWS, nobody hears of an invocation that failed but who looks for it.
            log.warning("rule %s did not start %s: %s", rule, target["Arn"], refused)

    def start(self, arn: str, *, role: str, rule: str, text: str) -> None:
        """Start the pipeline ``arn`` for a rule, under the target's role; ``text`` is the target's input.

        Raises:
            ServiceError: there is no such pipeline, the role may not start it, or the input names unknown sources.
            ValueError: the input is no JSON.
        """
        _, _, _, region, account, name = arn.split(":", 5)
        if not role or not trusts(role, EVENTS) or not self._permits(role, arn, region):
            raise ServiceError("AccessDenied", f"role {role or 'none'} is not {EVENTS}'s to assume or lacks {START}")
        wanted = json.loads(text) if text else {}
        if not isinstance(wanted, dict) or wanted.keys() - {"sourceRevisions"}:
            raise ValueError(f"the input {text} has more than sourceRevisions, which is all that the rehearsal takes")
        with self._pipelines.store.held():
            record = self._pipelines.get(account, region, name)
            overrides = [each for each in wanted.get("sourceRevisions", []) if each["revisionValue"]]
            self._pipelines.runner.start(
                record,
                Trigger(kind="CloudWatchEvent", detail=rule),
                pinned=pinned_revisions(overrides, record),
            )

    def _permits(self, role: str, arn: str, region: str) -> bool:
        return permits(self._pipelines.config, role=role, actions=(START,), resource=arn, region=region)
