"""A rehearsal from its first process to its result."""

import contextlib
import json
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import ClientError

from cdk_rehearsal.codepipeline.logs import action_log
from cdk_rehearsal.codepipeline.store import LOST
from cdk_rehearsal.driver.accounts import ExecutionPolicies, bootstrap, policy_files
from cdk_rehearsal.driver.assembly import Assembly, Pipeline, Source
from cdk_rehearsal.driver.console import Progress
from cdk_rehearsal.driver.environment import NO_PROXY, account_environment
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Answer, Delivery, follow
from cdk_rehearsal.driver.outlet import UNCONFINED, child_environment, through_door
from cdk_rehearsal.driver.page import start_page
from cdk_rehearsal.driver.pipeline_api import ActionRun, Approval, PipelineApi
from cdk_rehearsal.driver.preview import StackPreview, preview
from cdk_rehearsal.driver.processes import end_of, last_lines, run
from cdk_rehearsal.driver.refusals import refuse_unsupported
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.services import open_session, start_services
from cdk_rehearsal.driver.session import SERVICE_MARK, clear, running
from cdk_rehearsal.driver.simulation import require_policies
from cdk_rehearsal.driver.sources import PushTarget, fill, push_target
from cdk_rehearsal.driver.tokens import make_tokens
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.private import write_private
from cdk_rehearsal.errors import RehearsalError

PIPELINE_TYPE = "AWS::CodePipeline::Pipeline"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to rehearse, and what builds receive from this machine.

    ``pipeline`` selects one of several pipelines. ``others`` maps further source actions to their repositories;
    ``app`` is the first one's. ``keep`` names environment variables that builds inherit. ``allowed`` are hosts that
    may be reached. ``provided`` are installed packages for which builds may run apt-get.
    """

    app: Path
    policies: ExecutionPolicies = field(default_factory=ExecutionPolicies)
    pipeline: str = ""
    others: Mapping[str, Path] = field(default_factory=dict)
    port: int | None = None
    keep: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An answer to an approval; ``wait`` leaves the approval open."""

    approved: bool = True
    summary: str = ""
    wait: bool = False


Decide = Callable[[Approval, list[StackPreview]], Decision]


class Rehearsal:
    """An emulated AWS with the app's pipeline deployed, ready for pushes."""

    def __init__(
        self,
        *,
        request: Request,
        folders: Folders,
        config: EmulatorConfig,
        assembly: Assembly,
        progress: Progress,
    ) -> None:
        """Use what :meth:`open` created."""
        self.request = request
        self.folders = folders
        self.config = config
        self.assembly = assembly
        self._progress = progress
        self.api = PipelineApi(
            client(
                "codepipeline",
                endpoint=config.endpoint,
                region=self.pipeline.stack.environment.region,
                credentials=config.root(self.account),
            ),
            _physical_name(config, self.pipeline),
        )
        self.target = self.target_of(self.pipeline.source(request.others))

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that is rehearsed."""
        return self.assembly.pipeline()

    @property
    def account(self) -> str:
        """The pipeline's account."""
        return self.pipeline.stack.environment.account

    @classmethod
    def open(cls, request: Request, *, folders: Folders, progress: Progress) -> "Rehearsal":
        """Synthesize the commit, start the emulator, bootstrap the accounts, and deploy the pipeline.

        Raises :class:`RehearsalError`. The session in ``folders`` lists what was started; the caller stops it.
        """
        environment = command_environment(request, folders)
        repository = Repository.open(request.app, environment)
        if clear(folders):
            progress.note("stopped the rehearsal that an earlier command had left running in this clone")
        opened = open_session(
            folders, port=request.port, environ=request.environ, keep=request.keep, allowed=request.allowed
        )
        if opened.outlet.reason:
            progress.note(UNCONFINED.format(opened.outlet.reason))
        environment = command_environment(request, folders)
        with progress.step("cdk synth"):
            assembly = _synthesize(repository, folders, environment, chosen=request.pipeline)
        folders.chosen.write_text(request.pipeline)
        folders.others.write_text(json.dumps({action: str(path) for action, path in request.others.items()}))
        assembly.pipeline().source(request.others)
        others = {action: Repository.open(path, environment) for action, path in request.others.items()}
        refuse_unsupported(assembly)
        require_policies(assembly, policy_files(assembly, request.policies))
        region = assembly.pipeline().stack.environment.region
        with progress.step("emulator and PostgreSQL"):
            config = start_services(
                folders,
                opened,
                region=region,
                environ=request.environ,
                keep=request.keep,
                provided=request.provided,
            )
        with progress.step("cdk bootstrap"):
            bootstrap(assembly, config=config, folders=folders, policies=request.policies, environment=environment)
        with progress.step(f"cdk deploy {assembly.pipeline().stack.name}"):
            make_tokens(config, assembly)
            _deploy(assembly, config, folders, environment)
        _write_tools_environment(folders, assembly, config)
        made = cls(request=request, folders=folders, config=config, assembly=assembly, progress=progress)
        for source in made.pipeline.sources:
            if source.action in others:
                fill(config, made.target_of(source), others[source.action])
        return made

    @classmethod
    def attach(cls, app: Path, *, folders: Folders, progress: Progress, environ: Mapping[str, str]) -> "Rehearsal":
        """Return the rehearsal that ``up`` left running. Raises :class:`RehearsalError` if none is running."""
        session = running(folders)
        if session is None or session.emulator is None or session.emulator.process() is None:
            raise RehearsalError(f"no rehearsal of {app} is running; start one with `cdk-rehearsal up --app {app}`")
        config = EmulatorConfig.load(folders.config)
        assembly = Assembly.read(folders.assembly, chosen=folders.chosen.read_text())
        given = config.build_environment
        others = {action: Path(path) for action, path in json.loads(folders.others.read_text()).items()}
        request = Request(
            app=app, pipeline=assembly.chosen, others=others, keep=tuple(given), environ={**environ, **given}
        )
        return cls(request=request, folders=folders, config=config, assembly=assembly, progress=progress)

    def target_of(self, source: Source) -> PushTarget:
        """Return the repository and branch to which commits of a source are pushed."""
        return push_target(self.config, self.pipeline, source, self.api.definition())

    def deliver(self, repository: Repository, decide: Decide) -> Delivery | None:
        """Push the repository's commit and follow its delivery; return None if an approval was left open."""
        before = self.api.newest_execution()
        repository.push(self.target.bare, self.target.branch)
        return self._follow(decide, after=before)

    def go_on(self, execution: str, decide: Decide) -> Delivery | None:
        """Follow a running execution; return None if an approval was left open."""
        return self._follow(decide, execution=execution)

    def recover(self) -> str | None:
        """Resume the delivery that the emulator's end interrupted; return its execution, or None without one.

        The failed stage is retried. If the pipeline has changed since, so that CodePipeline rejects the retry or no
        stage has failed, the branch is delivered again from the start.
        """
        execution = self.api.newest_execution()
        if execution is None or not self._was_interrupted(execution):
            return None
        stage = self.api.failed_stage(execution)
        if stage is not None:
            with contextlib.suppress(ClientError):
                self.api.retry(execution, stage)
                return execution
        return self.api.start()

    def _was_interrupted(self, execution: str) -> bool:
        status, reason = self.api.status(execution)
        last = self.api.actions(execution)[-1:]
        return reason == LOST or (status == "Cancelled" and [run.summary for run in last] == [LOST])

    def _follow(self, decide: Decide, *, after: str | None = None, execution: str | None = None) -> Delivery | None:
        def on_approval(execution: str, run: ActionRun, runs: list[ActionRun]) -> Answer:
            approval = self.api.approval(run)
            if approval is None:
                return Answer.NOT_YET
            changes = self._preview(approval.stage, execution, runs)
            with self._progress.hidden():
                decision = decide(approval, changes)
            if decision.wait:
                return Answer.LEFT
            self.api.answer(approval, approved=decision.approved, summary=decision.summary)
            return Answer.GIVEN

        with self._progress.shown():
            return follow(self.api, after=after, execution=execution, watcher=self._progress, on_approval=on_approval)

    def explain(self, delivery: Delivery) -> str:
        """Return why a delivery failed: each failed action with the last lines and the path of its log."""
        parts = []
        for failed in delivery.failures():
            log = action_log(self.config, self.api.pipeline, delivery.execution, failed.stage, failed.action)
            lines = last_lines(end_of(log))
            parts.append(f"{failed.name} failed: {failed.summary}\n{lines}\n  log: {log}")
        return "\n".join(parts) or f"the delivery ended as {delivery.status}: {delivery.reason}"

    def open_page(self) -> str:
        """Serve the page that shows the delivery and answers approvals; return its address."""
        return start_page(
            self.folders,
            pipeline=self.api.pipeline,
            account=self.account,
            region=self.pipeline.stack.environment.region,
            config=self.config,
            environ=self.request.environ,
        )

    def environment(self) -> dict[str, str]:
        """Return :func:`command_environment` of this rehearsal."""
        return command_environment(self.request, self.folders)

    def _preview(self, stage: str, execution: str, runs: list[ActionRun]) -> list[StackPreview]:
        return preview(
            stage,
            execution=execution,
            definition=self.api.definition(),
            runs=runs,
            config=self.config,
            folders=self.folders,
            home_account=self.account,
            environment=self.environment(),
        )


def command_environment(request: Request, folders: Folders) -> dict[str, str]:
    """Return the environment of the programs that the driver runs, with the session's ID once there is a session."""
    environ = request.environ
    # The CDK CLI in the app's own node_modules comes before the machine's.
    path = os.pathsep.join((str(request.app / "node_modules" / ".bin"), environ.get("PATH", "")))
    mark = {SERVICE_MARK: folders.session_id.read_text()} if folders.session_id.exists() else {}
    base = child_environment(folders, environ, keep=request.keep)
    return {**base, **mark, "HOME": str(folders.home), "PATH": path}


def _synthesize(repository: Repository, folders: Folders, environment: Mapping[str, str], *, chosen: str) -> Assembly:
    repository.export(folders.source)
    command = through_door(folders, ["cdk", "synth", "--quiet", "--output", str(folders.assembly)])
    run(command, doing="cdk synth", log=folders.logs / "synth.log", env=environment, cwd=folders.source)
    return Assembly.read(folders.assembly, chosen=chosen)


def _deploy(assembly: Assembly, config: EmulatorConfig, folders: Folders, environment: Mapping[str, str]) -> None:
    stack = assembly.pipeline().stack
    where = stack.environment
    account = account_environment(where.account, config=config, region=where.region)
    command = ["cdk", "--app", str(folders.assembly), "deploy", stack.selector, "--require-approval", "never"]
    command += ["--progress", "events", "--no-color"]
    log = folders.logs / "deploy.log"
    run(
        through_door(folders, command),
        doing=f"cdk deploy {stack.name}",
        log=log,
        env={**environment, **account},
        cwd=folders.source,
    )


def _physical_name(config: EmulatorConfig, pipeline: Pipeline) -> str:
    where = pipeline.stack.environment
    cloudformation = client(
        "cloudformation", endpoint=config.endpoint, region=where.region, credentials=config.root(where.account)
    )
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=pipeline.stack.name):
        for resource in page["StackResourceSummaries"]:
            if (resource["ResourceType"], resource["LogicalResourceId"]) == (PIPELINE_TYPE, pipeline.logical_id):
                name: str = resource["PhysicalResourceId"]
                return name
    raise RehearsalError(f"stack {pipeline.stack.name} was deployed without its pipeline")


def _write_tools_environment(folders: Folders, assembly: Assembly, config: EmulatorConfig) -> None:
    where = assembly.pipeline().stack.environment
    variables = account_environment(where.account, config=config, region=where.region) | NO_PROXY
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    text = "\n".join(["unset AWS_PROFILE AWS_SESSION_TOKEN", *lines]) + "\n"
    write_private(folders.tools_environment, text)
