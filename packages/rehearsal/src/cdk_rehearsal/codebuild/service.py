"""CodeBuild's operations on builds, as its wire API has them."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from cdk_rehearsal.codebuild.build import run_build
from cdk_rehearsal.codebuild.machine.limits import Limits
from cdk_rehearsal.codebuild.machine.workspace import Workspaces
from cdk_rehearsal.codebuild.order import Assume, Order
from cdk_rehearsal.codebuild.planning import read_plan
from cdk_rehearsal.codebuild.record import Record
from cdk_rehearsal.codebuild.settings import invalid, merge
from cdk_rehearsal.codebuild.submission import first_record, identify
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Call, Json, ServiceError

TOKEN_SECONDS = 300  # "valid for five minutes", by StartBuild's idempotencyToken
STOP_SECONDS = 10.0
END_SECONDS = 8.0


class Store(Protocol):
    """Records by name or id, of the account and region that act just now."""

    def get(self, key: str) -> Json | None:
        """Return one, if it exists."""
        ...

    def values(self) -> Iterable[Json]:
        """Return all."""
        ...

    def __setitem__(self, key: str, value: Json) -> None:
        """Keep one."""
        ...


Spawn = Callable[[Callable[[], None], str], object]


class Builds:
    """Starts, stops and shows builds."""

    def __init__(self, *, config: EmulatorConfig, projects: Store, builds: Store, assume: Assume, spawn: Spawn) -> None:
        """Run builds of ``projects`` on threads of ``spawn``, which keep acting for the account that asked."""
        self._config, self._projects, self._builds = config, projects, builds
        self._assume, self._spawn = assume, spawn
        self._workspaces = Workspaces(config.builds)
        self._running: dict[str, _Running] = {}
        self._tokens: dict[tuple[str, str, str], tuple[float, Json, str]] = {}
        self._lock = threading.Lock()

    def start(self, call: Call) -> Json:
        """StartBuild."""
        with self._lock:
            known = self._by_token(call)
            return {"build": known or self._start(call)}

    def get(self, call: Call) -> Json:
        """BatchGetBuilds."""
        found = {given: self._builds.get(_id(given)) for given in call.payload["ids"]}
        return {
            "builds": [build for build in found.values() if build],
            "buildsNotFound": [given for given, build in found.items() if not build],
        }

    def stop(self, call: Call) -> Json:
        """StopBuild. Answers once the build has ended, or after ten seconds."""
        build_id = _id(call.payload["id"])
        if self._builds.get(build_id) is None:  # ids of other accounts are none of the caller's business
            raise ServiceError("ResourceNotFoundException", f"Build cannot be found: {build_id}")
        if running := self._running.get(build_id):
            running.limits.stop()
            running.done.wait(STOP_SECONDS)
        return {"build": self._builds.get(build_id)}

    def list_of_project(self, call: Call) -> Json:
        """ListBuildsForProject, the newest first unless ``sortOrder`` says otherwise, all on one page."""
        name = self._project(call)["name"]
        builds = [build for build in self._builds.values() if build["projectName"] == name]
        newest_first = call.payload.get("sortOrder", "DESCENDING") == "DESCENDING"
        builds.sort(key=lambda build: int(build["buildNumber"]), reverse=newest_first)
        return {"ids": [build["id"] for build in builds]}

    def refuse(self, call: Call) -> Json:
        """An operation of CodeBuild that a rehearsal doesn't have."""
        raise invalid(f"{call.operation} is not supported by a rehearsal; StartBuild starts another build")

    def runs(self, build_id: str) -> bool:
        """Say whether a build runs in this emulator."""
        return build_id in self._running

    def stop_all(self) -> None:
        """End every build, as the emulator stops, and wait up to eight seconds for it."""
        all_running = list(self._running.values())
        for running in all_running:
            running.limits.stop()
        end = time.monotonic() + END_SECONDS
        for running in all_running:
            running.done.wait(max(0.0, end - time.monotonic()))

    def _project(self, call: Call) -> Json:
        name = call.payload["projectName"]
        project = self._projects.get(name)
        if project is None:
            raise ServiceError("ResourceNotFoundException", f"Project cannot be found: {name}")
        return project

    def _by_token(self, call: Call) -> Json | None:
        token = call.payload.get("idempotencyToken")
        if not token:
            return None
        then, payload, build_id = self._tokens.get((call.account, call.region, token), (0.0, {}, ""))
        if time.monotonic() - then > TOKEN_SECONDS or not build_id:
            return None
        if payload != call.payload:
            raise invalid("idempotencyToken: it was used with other parameters")
        return self._builds.get(build_id)

    def start_managed(self, call: Call, project: Json, assume: Assume) -> Json:
        """Start a build of compute that another service manages: its project is in no list, its role that service's."""
        with self._lock:
            return self._begin(call, project, assume)

    def _start(self, call: Call) -> Json:
        return self._begin(call, self._project(call), self._assume)

    def _begin(self, call: Call, project: Json, assume: Assume) -> Json:
        settings = merge(project, call.payload)
        plan = read_plan(settings, project=project["name"])
        identity = identify(call, project["name"], plan, number=self._next_number(project["name"]))
        record = Record(first_record(settings, plan, identity), self._keep)
        order = Order(
            plan=plan,
            identity=identity,
            config=self._config,
            record=record,
            limits=Limits(plan.timeout_minutes * 60),
            workspaces=self._workspaces,
            assume=assume,
        )
        if token := call.payload.get("idempotencyToken"):
            self._tokens[call.account, call.region, token] = (time.monotonic(), call.payload, identity.id)
        first = record.state
        self._run(order)
        return first

    def _run(self, order: Order) -> None:
        build_id = order.identity.id
        running = self._running[build_id] = _Running(order.limits)

        def work() -> None:
            try:
                run_build(order)
            finally:
                del self._running[build_id]
                running.done.set()

        self._spawn(work, f"build {build_id}")

    def _keep(self, build: Json) -> None:
        self._builds[build["id"]] = build

    def _next_number(self, project: str) -> int:
        return 1 + max(
            (build["buildNumber"] for build in self._builds.values() if build["projectName"] == project), default=0
        )


class _Running:
    """A build that runs: what stops it, and when it has ended."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.done = threading.Event()


def _id(given: str) -> str:
    """Return the id of a build that is named by id or ARN."""
    return given.partition(":build/")[2] or given
