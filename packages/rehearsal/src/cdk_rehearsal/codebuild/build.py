"""One build, from its order to its record's last phase."""

import logging
import shutil
from pathlib import Path

from cdk_rehearsal.codebuild.cloud.access import Access
from cdk_rehearsal.codebuild.cloud.logs import LogStream
from cdk_rehearsal.codebuild.environment import credential_environment
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.journal import Journal
from cdk_rehearsal.codebuild.machine.cache import LocalCache
from cdk_rehearsal.codebuild.machine.limits import Interrupted
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.machine.shell import Shell
from cdk_rehearsal.codebuild.machine.workspace import Workspace
from cdk_rehearsal.codebuild.order import Order
from cdk_rehearsal.codebuild.phases import run_phases
from cdk_rehearsal.codebuild.preparation import Prepared, prepare
from cdk_rehearsal.codebuild.upload import exported_variables, upload_artifacts
from cdk_rehearsal.emulator.contracts import ServiceError
from cdk_rehearsal.sandbox.view import build_specification

log = logging.getLogger(__name__)


def run_build(order: Order) -> None:
    """Run a build to its end, whatever that is; its record and its log tell of it."""
    status = "FAULT"
    try:
        with Output(order.config.build_log(order.identity.id)) as output:
            status = _Build(order, output).run()
    except Exception as error:  # such as a full disk; the record must tell of it and end
        log.exception("build %s", order.identity.id)
        order.record.fault(f"{type(error).__name__}: {error}")
    finally:
        order.record.complete(status)


class _Build:
    """The steps of one build and what they share."""

    def __init__(self, order: Order, output: Output) -> None:
        self._order, self._output = order, output
        self._journal = Journal(order.record, output)
        self._cache: LocalCache | None = None
        self._stream: LogStream | None = None

    def run(self) -> str:
        """Return the build's status."""
        identity = self._order.identity
        try:
            with self._order.workspaces.lend(identity.account, identity.project) as workspace:
                status = self._until_interrupted(workspace)
                with self._journal.phase("FINALIZING"):
                    if self._cache:
                        self._cache.save()
        finally:
            self._output.flush()
            if self._stream:
                self._stream.close()
        return status

    def _until_interrupted(self, workspace: Workspace) -> str:
        try:
            return "SUCCEEDED" if self._work(workspace) else "FAILED"
        except BuildError:  # its phase tells of it
            return "FAILED"
        except Interrupted as interruption:
            self._journal.interrupt(interruption.reason)
            return interruption.reason

    def _work(self, workspace: Workspace) -> bool:
        order, journal = self._order, self._journal
        with journal.phase("QUEUED"):
            order.limits.check()
        with journal.phase("PROVISIONING"):
            access = self._provision()
        with journal.phase("DOWNLOAD_SOURCE"):
            prepared = prepare(order, workspace, access, journal, self._output)
            self._restore_cache(prepared, workspace)
            shell = self._shell(prepared, workspace)
        with shell:
            outcome = run_phases(prepared.specification.phases, shell, journal, journal.say)
            order.record.set(exportedEnvironmentVariables=exported_variables(prepared, shell, journal))
            if outcome.uploads:
                with journal.phase("UPLOAD_ARTIFACTS"):
                    upload_artifacts(order, prepared.specification, workspace, access, shell, journal)
        return outcome.succeeded

    def _provision(self) -> Access:
        """Become the service role, and open the log stream as that role."""
        order = self._order
        try:
            credentials = order.assume(order.plan.service_role, order.identity)
        except ServiceError as error:
            raise BuildError("ACCESS_DENIED", error.message) from error
        self._output.mask(credential_environment(credentials).values())
        access = Access(endpoint=order.config.endpoint, region=order.identity.region, credentials=credentials)
        if order.plan.logs:
            file = order.config.build_log(order.identity.id)
            stream = LogStream(order.plan.logs, build_uuid=order.identity.uuid, client=access.client("logs"), file=file)
            self._output.listen(stream)
            self._journal.after_phases(stream.flush)
            self._stream = stream
        return access

    def _restore_cache(self, prepared: Prepared, workspace: Workspace) -> None:
        paths = prepared.specification.cache.paths
        if self._order.plan.keeps_cache and paths:
            identity = self._order.identity
            store = self._order.config.state_dir / "build-caches" / identity.account / identity.project
            self._cache = LocalCache(store, workspace, paths, self._journal.say)
            self._cache.restore()

    def _shell(self, prepared: Prepared, workspace: Workspace) -> Shell:
        wanted = prepared.specification.env.shell
        program = shutil.which(wanted, path=prepared.environment["PATH"])
        if program is None:
            raise BuildError("CLIENT_ERROR", f"env.shell: {wanted} is not on the PATH of builds")
        return Shell(
            program=program,
            build_id=self._order.identity.id,
            directory=workspace.source,
            environment=prepared.environment,
            control=workspace.control,
            output=self._output,
            limits=self._order.limits,
            sandbox=self._sandbox(workspace),
        )

    def _sandbox(self, workspace: Workspace) -> Path | None:
        settings = self._order.config.sandbox
        if settings is None:
            return None
        path = workspace.control / "sandbox.json"
        build_specification(
            settings,
            workspace=workspace.root,
            home=workspace.home,
            temporary=workspace.temporary,
            packages=self._order.config.python_packages,
        ).save(path)
        return path
