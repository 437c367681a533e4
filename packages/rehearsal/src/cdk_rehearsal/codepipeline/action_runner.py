"""Runs one action of an execution on the calling thread, and records what it came to."""

import logging
import time
import uuid
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from cdk_assembly import account_of
from cdk_rehearsal.access.permissions import permits
from cdk_rehearsal.actions.artifacts import Artifacts, object_key
from cdk_rehearsal.actions.contracts import ActionAbandonedError, ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.actions.log import ActionLog
from cdk_rehearsal.actions.registry import provider_of
from cdk_rehearsal.codepipeline.compute import ManagedCompute
from cdk_rehearsal.codepipeline.function_output import follow_output
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.logs import new_action_log
from cdk_rehearsal.codepipeline.progress import SUMMARY_CHARACTERS, RunProgress
from cdk_rehearsal.codepipeline.replication import brought
from cdk_rehearsal.codepipeline.sessions import RoleSession, as_texts
from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import ServiceError, save_now
from cdk_rehearsal.engine.conditions import begin_rule
from cdk_rehearsal.engine.definition import Action, ArtifactStore
from cdk_rehearsal.engine.execution import (
    ActionRun,
    ActionStatus,
    ConditionKind,
    ConditionRun,
    Execution,
    Location,
    RuleRun,
)
from cdk_rehearsal.engine.problems import UnresolvedVariableError
from cdk_rehearsal.engine.transitions import begin_action, end_action
from cdk_rehearsal.engine.variables import resolve_commands, resolve_configuration
from cdk_rehearsal.errors import RehearsalError

log = logging.getLogger(__name__)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
# Bound of the API's errorDetails.message.
MESSAGE_CHARACTERS = 5000


@dataclass(frozen=True, kw_only=True)
class ActionRunner:
    """Everything that running an action needs beside the action."""

    config: EmulatorConfig
    store: Store
    jobs: Jobs
    record: PipelineRecord
    execution: Execution

    def begin(self, stage: str, action: Action) -> ActionRun:
        """Record that the action starts. Call it while holding the store, in the order of the stage's actions."""
        now = time.time()
        run = ActionRun(id=str(uuid.uuid4()), stage=stage, action=action.name, started=now, changed=now)
        artifacts = self.execution.artifacts
        run.inputs = {each.name: artifacts[each.name] for each in action.input_artifacts if each.name in artifacts}
        run.outputs = {
            each.name: Location(
                bucket=self._artifact_store(action).location,
                key=object_key(self.record.pipeline.name, each.name),
            )
            for each in action.output_artifacts
        }
        begin_action(self.execution, run)
        self.store.save_execution(self.record, self.execution)
        return run

    def begin_rule(self, stage: str, rule: Action, kind: ConditionKind, condition: ConditionRun) -> RuleRun:
        """Record that a rule of a stage's condition starts. Call it while holding the store."""
        now = time.time()
        artifacts = self.execution.artifacts
        run = RuleRun(
            id=str(uuid.uuid4()),
            stage=stage,
            action=rule.name,
            condition=kind,
            started=now,
            changed=now,
            inputs={each.name: artifacts[each.name] for each in rule.input_artifacts if each.name in artifacts},
        )
        begin_rule(self.execution, condition, run)
        self.store.save_execution(self.record, self.execution)
        return run

    def run(self, action: Action, run: ActionRun) -> None:
        """Run an action, or a rule as one, to its end, whatever that is."""
        if isinstance(run, RuleRun):
            number, name = self.execution.rules.index(run) + 1, f"{run.condition}-{action.name}"
        else:
            number, name = self.execution.actions.index(run) + 1, action.name
        action_log = ActionLog(
            new_action_log(
                self.config,
                pipeline=self.record.pipeline.name,
                execution=self.execution.id,
                number=number,
                stage=run.stage,
                action=name,
            )
        )
        session = self._session(action.role_arn)
        try:
            outcome = self._outcome(action, run, session, action_log)
            saved = save_now()
        except ActionAbandonedError:
            action_log.line("abandoned")
            self._end(run, ActionStatus.ABANDONED)
        except ActionFailedError as failed:
            self._fail(run, action_log, str(failed), failed.code)
        except (ServiceError, ClientError) as refused:
            self._fail(run, action_log, *_explained(refused, session.role))
        except (BotoCoreError, RehearsalError, OSError) as failed:
            self._fail(run, action_log, str(failed), "InternalError")
        except Exception as fault:
            # A fault of the rehearsal's own must end the action, or everybody would wait for it.
            log.exception("action %s failed", action.name)
            self._fail(run, action_log, f"The rehearsal failed: {type(fault).__name__}: {fault}", "InternalError")
        else:
            self._succeed(action, run, outcome, action_log, saved=saved)

    def _outcome(self, action: Action, run: ActionRun, session: RoleSession, action_log: ActionLog) -> Outcome:
        region = action.region or self.record.region
        acting = account_of(session.role)
        with self.store.held():
            namespaces = {**self.execution.namespaces}
            revisions = source_revisions(self.execution)
        try:
            configuration = resolve_configuration(action.configuration, namespaces)
            action = resolve_commands(action, namespaces)
        except UnresolvedVariableError as unknown:
            raise ActionFailedError(str(unknown), code="ConfigurationError") from None
        with self.store.held():
            run.configuration = configuration
        action_log.line(f"{action.action_type_id.provider} under {session.role}")
        missing = [each.name for each in action.input_artifacts if each.name not in run.inputs]
        if missing:
            raise ActionFailedError(f"input artifact {', '.join(missing)} was never made", code="ConfigurationError")
        inputs = brought(
            run.inputs,
            pipeline=self.execution.pipeline,
            region=region,
            s3=lambda where: self._session(None).client("s3", where),
        )
        with self.store.held():
            run.inputs = inputs
        context = ActionContext(
            run_id=run.id,
            pipeline=self.record.pipeline.name,
            pipeline_arn=self.record.arn,
            execution=self.execution.id,
            stage=run.stage,
            action=action,
            configuration=configuration,
            account=self.record.account,
            region=region,
            role=session.role,
            clients=lambda service: session.client(service, region),
            permits=lambda actions, resource: permits(
                self.config, role=session.role, actions=actions, resource=resource, region=region
            ),
            artifacts=Artifacts(
                store=self._artifact_store(action),
                inputs=run.inputs,
                outputs=run.outputs,
                s3=lambda: session.client("s3", region),
                pipeline_s3=lambda: self._session(None).client("s3", region),
            ),
            artifact_credentials=lambda policy: as_texts(session.limited(policy, region)),
            compute=ManagedCompute(
                account=acting,
                region=region,
                caller=session.role,
                assume=lambda _role, _build: session.limited("", region),
            ),
            function_output=lambda function: follow_output(
                self.config, account=acting, region=region, function=function
            ),
            progress=RunProgress(
                store=self.store,
                jobs=self.jobs,
                accounts=frozenset({acting, self.record.account}),
                record=self.record,
                execution=self.execution,
                run=run,
            ),
            log=action_log,
            repositories=self.config.repositories,
            build_logs=self.config.build_logs,
            pinned=self.execution.pinned.get(action.name, ""),
            revisions=revisions,
            condition=run.condition if isinstance(run, RuleRun) else "",
        )
        # The session is opened first of all, so that a role that cannot be assumed fails every kind of action.
        session.client("sts", region)
        return provider_of(action.action_type_id)(context)

    def _artifact_store(self, action: Action) -> ArtifactStore:
        return self.execution.pipeline.store(action.region or self.record.region)

    def _session(self, action_role: str | None) -> RoleSession:
        return RoleSession(
            self.config,
            pipeline_arn=self.record.arn,
            pipeline_role=self.execution.pipeline.role_arn,
            action_role=action_role,
            name=self.execution.id.replace("-", ""),
        )

    def _succeed(self, action: Action, run: ActionRun, outcome: Outcome, action_log: ActionLog, *, saved: bool) -> None:
        action_log.line(f"succeeded{': ' + outcome.summary if outcome.summary else ''}")
        with self.store.held():
            run.saved = saved
            run.summary = outcome.summary[:SUMMARY_CHARACTERS]
            run.variables = dict(outcome.variables)
            self.execution.artifacts.update(run.outputs)
            if action.namespace:
                self.execution.namespaces[action.namespace] = run.variables
            if outcome.revision:
                self.execution.revisions[action.name] = outcome.revision
        self._end(run, ActionStatus.SUCCEEDED)

    def _fail(self, run: ActionRun, action_log: ActionLog, message: str, code: str) -> None:
        action_log.line(f"failed: {message}")
        with self.store.held():
            run.summary = message[:SUMMARY_CHARACTERS]
            run.error_code = code
            run.error_message = message[:MESSAGE_CHARACTERS]
        self._end(run, ActionStatus.FAILED)

    def _end(self, run: ActionRun, status: ActionStatus) -> None:
        with self.store.held():
            end_action(self.execution, run, status, time.time())
            self.store.save_execution(self.record, self.execution)


def _explained(refused: ServiceError | ClientError, role: str) -> tuple[str, str]:
    """Return message and code of a refusal, naming the role that was refused."""
    if isinstance(refused, ServiceError):
        code, message, operation = refused.code, refused.message, "sts:AssumeRole"
    else:
        error = refused.response.get("Error", {})
        code, message = error.get("Code", ""), error.get("Message", str(refused))
        operation = refused.operation_name
    if code in DENIED:
        return f"{role} is not permitted to perform {operation}: {message}", "PermissionError"
    return f"{operation}: {code}: {message}", "JobFailed"


def source_revisions(execution: Execution) -> dict[str, str]:
    """Return the revisions that source actions delivered, by their output artifact."""
    return {
        artifact.name: execution.revisions[action.name].id
        for action in execution.pipeline.stages[0].actions
        if action.name in execution.revisions
        for artifact in action.output_artifacts
    }
