"""Whole builds through CodeBuild's operations, without any AWS API: no source, no logs, no artifacts."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cdk_rehearsal.codebuild import service
from cdk_rehearsal.codebuild.environment import Identity
from cdk_rehearsal.codebuild.machine import limits
from cdk_rehearsal.codebuild.machine.processes import MARK
from cdk_rehearsal.codebuild.service import Builds
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Call, Credentials, Json, ServiceError

ROLE = "arn:aws:iam::111111111111:role/builder"


class Desk:
    """CodeBuild of one account, with a project made at need."""

    def __init__(self, folder: Path) -> None:
        self.config = EmulatorConfig(port=9, state_dir=folder, build_path=os.environ["PATH"])
        self.projects: dict[str, Json] = {}
        self.records: dict[str, Json] = {}
        self.threads: list[threading.Thread] = []
        self.builds = Builds(
            config=self.config, projects=self.projects, builds=self.records, assume=self._assume, spawn=self._spawn
        )

    def project(self, name: str = "p", **settings: Any) -> None:
        self.projects[name] = {
            "name": name,
            "serviceRole": ROLE,
            "logsConfig": {"cloudWatchLogs": {"status": "DISABLED"}},
            **settings,
        }

    def buildspec(self, text: str, **settings: Any) -> None:
        self.project(source={"type": "NO_SOURCE", "buildspec": text}, **settings)

    def call(self, operation: str, **payload: Any) -> Call:
        caller = "arn:aws:sts::111111111111:assumed-role/deployer/me"
        return Call(operation=operation, payload=payload, account="111111111111", region="us-east-1", caller_arn=caller)

    def start(self, name: str = "p", **overrides: Any) -> Json:
        build: Json = self.builds.start(self.call("StartBuild", projectName=name, **overrides))["build"]
        return build

    def run(self, **overrides: Any) -> Json:
        build = self.start(**overrides)
        self.wait()
        return self.records[build["id"]]

    def wait(self) -> None:
        for thread in self.threads:
            thread.join(30)

    def log(self, build: Json) -> str:
        return self.config.build_log(build["id"]).read_text()

    def _assume(self, role: str, identity: Identity) -> Credentials:
        if role.endswith("/stranger"):
            raise ServiceError("AccessDenied", f"codebuild may not assume {role}", 403)
        return Credentials(AccessKeyId="ASIAKEY1234", SecretAccessKey="top-secret", SessionToken="session-token")

    def _spawn(self, work: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=work, name=name)
        thread.start()
        self.threads.append(thread)
        return thread


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.builds.stop_all()
    made.wait()


def spec(*commands: str, before: str = "", after: str = "") -> str:
    lines = "".join(f"\n      - {command}" for command in commands)
    return f"version: 0.2\n{before}\nphases:\n  build:\n    commands:{lines}\n{after}\n"


def statuses(build: Json) -> dict[str, str]:
    return {phase["phaseType"]: phase.get("phaseStatus", "") for phase in build["phases"]}


def failure(build: Json) -> tuple[str, str, str]:
    """Return phase, code and message of the first failure."""
    phase = next(phase for phase in build["phases"] if phase.get("phaseStatus") not in {None, "SUCCEEDED"})
    context = phase.get("contexts", [{"statusCode": "", "message": ""}])[0]
    return phase["phaseType"], context["statusCode"], context["message"]


def processes_of(build: Json) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == build["id"]:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_build_goes_through_every_phase(desk: Desk) -> None:
    desk.buildspec(spec("echo built it"))
    build = desk.run()
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["buildComplete"] is True
    assert list(statuses(build)) == [
        "SUBMITTED",
        "QUEUED",
        "PROVISIONING",
        "DOWNLOAD_SOURCE",
        "INSTALL",
        "PRE_BUILD",
        "BUILD",
        "POST_BUILD",
        "UPLOAD_ARTIFACTS",
        "FINALIZING",
        "COMPLETED",
    ]
    log = desk.log(build)
    assert "built it\n" in log
    assert log.index("Entering phase BUILD") < log.index("Running command echo built it") < log.index("\nbuilt it")
    assert "Phase complete: BUILD State: SUCCEEDED" in log


def test_the_answer_to_start_is_the_build_in_its_first_phase(desk: Desk) -> None:
    desk.buildspec(spec("true"), encryptionKey="arn:key")
    first = desk.start(environmentVariablesOverride=[{"name": "CODEBUILD_SOURCE_VERSION", "value": "main"}])
    assert (first["buildStatus"], first["currentPhase"], first["buildNumber"]) == ("IN_PROGRESS", "SUBMITTED", 1)
    assert first["initiator"] == "deployer/me"
    assert first["arn"].endswith(f":build/{first['id']}")
    assert (first["sourceVersion"], first["encryptionKey"]) == ("main", "arn:key")
    assert first["logs"] == {"cloudWatchLogs": {"status": "DISABLED"}}


def test_a_failing_command_fails_its_phase_by_name(desk: Desk) -> None:
    desk.buildspec(spec("sh -c 'exit 4'"))
    build = desk.run()
    assert build["buildStatus"] == "FAILED"
    message = "Error while executing command: sh -c 'exit 4'. Reason: exit status 4"
    assert failure(build) == ("BUILD", "COMMAND_EXECUTION_ERROR", message)
    assert message in desk.log(build)


def test_a_build_sees_the_credentials_of_its_role_and_its_log_does_not(desk: Desk) -> None:
    desk.buildspec(
        spec('test "$AWS_SECRET_ACCESS_KEY" = top-secret', "env", "echo $AWS_SESSION_TOKEN", "false top-secret")
    )
    build = desk.run()
    assert failure(build)[2] == "Error while executing command: false ***. Reason: exit status 1"
    assert "top-secret" not in desk.log(build)
    assert "AWS_SESSION_TOKEN=***" in desk.log(build)


def test_nothing_of_the_users_environment_reaches_a_build(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    desk.buildspec(spec("env"))
    log = desk.log(desk.run())
    assert "production" not in log
    assert "HTTPS_PROXY" not in log


def test_variables_of_request_project_and_buildspec_stand_above_each_other(desk: Desk) -> None:
    given = [{"name": "A", "value": "project"}, {"name": "B", "value": "project"}]
    before = "env:\n  variables: {A: buildspec, B: buildspec, C: buildspec, AWS_ENDPOINT_URL: http://example.com}"
    desk.buildspec(spec("echo $A $B $C $AWS_ENDPOINT_URL", before=before), environment={"environmentVariables": given})
    build = desk.run(environmentVariablesOverride=[{"name": "A", "value": "request"}])
    assert "\nrequest project buildspec http://127.0.0.1:9\n" in desk.log(build)


def test_the_cdk_cli_has_its_notices_off_and_npm_its_own_folder(desk: Desk) -> None:
    desk.buildspec(
        spec("cat $HOME/.cdk.json", 'echo "$PATH" | grep "^$npm_config_prefix/bin:"', "ls $npm_config_prefix")
    )
    build = desk.run()
    assert build["buildStatus"] == "SUCCEEDED", desk.log(build)
    assert '{"notices": false}' in desk.log(build)


def test_exported_variables_are_those_allowed(desk: Desk) -> None:
    before = "env:\n  exported-variables: [VERSION, NEVER_SET, AWS_SECRET_ACCESS_KEY]"
    desk.buildspec(spec("export VERSION=1.2", before=before))
    build = desk.run()
    assert build["exportedEnvironmentVariables"] == [{"name": "VERSION", "value": "1.2"}]
    assert "AWS_SECRET_ACCESS_KEY is not exported" in desk.log(build)


def test_a_failed_build_is_known_to_post_build(desk: Desk) -> None:
    desk.buildspec(spec("false", after="  post_build:\n    commands: [echo succeeding=$CODEBUILD_BUILD_SUCCEEDING]"))
    build = desk.run()
    assert "\nsucceeding=0\n" in desk.log(build)
    assert statuses(build)["UPLOAD_ARTIFACTS"] == "SUCCEEDED"


def test_nothing_is_uploaded_when_install_fails(desk: Desk) -> None:
    desk.buildspec("version: 0.2\nphases: {install: {commands: [exit 1]}}")
    build = desk.run()
    assert "UPLOAD_ARTIFACTS" not in statuses(build)
    assert statuses(build)["FINALIZING"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("version: 0.3\nphases: {}", "YAML_FILE_ERROR", "buildspec: version: '0.3' is not supported"),
        ("ci/none.yml", "YAML_FILE_ERROR", "ci/none.yml is not in the source"),
        ("../../etc/passwd", "YAML_FILE_ERROR", "../../etc/passwd is not in the source"),
        (
            spec("true", before="# \n").replace("build:", "install:\n    runtime-versions: {java: 21}\n  build:"),
            "YAML_FILE_ERROR",
            "java is not",
        ),
    ],
)
def test_a_bad_buildspec_fails_before_any_command(desk: Desk, text: str, code: str, message: str) -> None:
    desk.buildspec(text)
    build = desk.run()
    assert build["buildStatus"] == "FAILED"
    phase, found_code, found = failure(build)
    assert (phase, found_code) == ("DOWNLOAD_SOURCE", code)
    assert message in found
    assert "BUILD" not in statuses(build)


def test_a_shell_that_the_machine_lacks_is_named(desk: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    desk.buildspec(spec("true", before=f"env: {{shell: bash, variables: {{PATH: {empty}}}}}"))
    assert failure(desk.run()) == ("DOWNLOAD_SOURCE", "CLIENT_ERROR", "env.shell: bash is not on the PATH of builds")


def test_a_role_that_does_not_trust_codebuild_fails_by_name(desk: Desk) -> None:
    desk.buildspec(spec("true"), serviceRole="arn:aws:iam::111111111111:role/stranger")
    build = desk.run()
    assert failure(build)[:2] == ("PROVISIONING", "ACCESS_DENIED")
    assert "role/stranger" in failure(build)[2]


def test_notes_runtimes_and_ignored_parts_are_in_the_log(desk: Desk) -> None:
    before = "reports: {r: {files: [x]}}"
    text = spec("true", before=before).replace("build:", "install:\n    runtime-versions: {python: 2.7}\n  build:", 1)
    desk.buildspec(text, environment={"image": "aws/codebuild/standard:7.0"})
    log = desk.log(desk.run())
    assert "image aws/codebuild/standard:7.0: this machine stands for it" in log
    assert "reports: has no effect in a rehearsal" in log
    assert "runtime-versions: python 2.7 is asked for" in log


def test_a_cache_reaches_the_next_build(desk: Desk) -> None:
    after = "cache: {paths: [.cache/**/*]}"
    commands = spec("cat .cache/count || true", "mkdir -p .cache && echo kept >.cache/count", after=after)
    desk.buildspec(commands, cache={"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]})
    assert "\nkept\n" not in desk.log(desk.run())
    assert "\nkept\n" in desk.log(desk.run())


def test_without_a_cache_of_the_project_nothing_is_kept(desk: Desk) -> None:
    after = "cache: {paths: [.cache/**/*]}"
    desk.buildspec(spec("cat .cache/count || true", "mkdir -p .cache && echo kept >.cache/count", after=after))
    desk.run()
    assert "\nkept\n" not in desk.log(desk.run())


def test_a_stopped_build_ends_with_its_children(desk: Desk) -> None:
    desk.buildspec(spec("(setsid sh -c 'sleep 300; true' &)", "sleep 300"))
    build = desk.start()
    while statuses(desk.records[build["id"]]).get("BUILD") is None or not processes_of(build):
        pass
    stopped = desk.builds.stop(desk.call("StopBuild", id=build["arn"]))["build"]
    assert (stopped["buildStatus"], stopped["buildComplete"]) == ("STOPPED", True)
    assert failure(stopped) == ("BUILD", "", "")
    assert processes_of(build) == []
    assert desk.builds.stop(desk.call("StopBuild", id=build["id"]))["build"] == stopped


def test_a_build_that_forks_and_hangs_ends_at_its_time_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    class Short(limits.Limits):
        def __init__(self, seconds: float) -> None:
            given.append(seconds)
            super().__init__(0.5)

    monkeypatch.setattr(service, "Limits", Short)
    desk.buildspec(spec("(setsid sh -c 'trap \"\" TERM; sleep 300; true' &)", "sleep 300"))
    build = desk.run(timeoutInMinutesOverride=5)
    assert given == [300]
    assert build["buildStatus"] == "TIMED_OUT"
    assert failure(build) == ("BUILD", "BUILD_TIMED_OUT", "Build has timed out.")
    assert processes_of(build) == []
    assert "UPLOAD_ARTIFACTS" not in statuses(build)


def test_what_a_build_leaves_running_ends_with_it(desk: Desk) -> None:
    desk.buildspec(spec("nohup sleep 300 >/dev/null 2>&1 &"))
    build = desk.run()
    assert build["buildStatus"] == "SUCCEEDED"
    assert processes_of(build) == []


def test_no_build_outlives_the_emulator(desk: Desk) -> None:
    desk.buildspec(spec("sleep 300"))
    builds = [desk.start(), desk.start()]
    assert all(desk.builds.runs(build["id"]) for build in builds)
    desk.builds.stop_all()
    assert [desk.records[build["id"]]["buildStatus"] for build in builds] == ["STOPPED", "STOPPED"]
    assert not any(desk.builds.runs(build["id"]) for build in builds)


def test_builds_of_one_project_run_side_by_side(desk: Desk) -> None:
    desk.buildspec(spec("pwd", "while ! [ -e ../../go ]; do sleep 0.01; done"))
    builds = [desk.start(), desk.start()]
    (desk.config.builds / "111111111111" / "go").mkdir(parents=True)
    desk.wait()
    ran = [desk.records[build["id"]] for build in builds]
    assert [build["buildStatus"] for build in ran] == ["SUCCEEDED", "SUCCEEDED"]
    places = {line for build in ran for line in desk.log(build).splitlines() if line.endswith("/src")}
    assert len(places) == 2


def test_a_full_disk_is_a_fault_that_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, text: str, **_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    desk.buildspec(spec("true"))
    build = desk.run()
    assert (build["buildStatus"], build["buildComplete"]) == ("FAULT", True)
    assert failure(build) == ("DOWNLOAD_SOURCE", "CLIENT_ERROR", "OSError: [Errno 28] No space left on device")


def test_builds_are_counted_and_listed_by_project(desk: Desk) -> None:
    desk.buildspec(spec("true"))
    desk.project("q", source={"type": "NO_SOURCE", "buildspec": spec("true")})
    first, second, _ = desk.start(), desk.start(), desk.start("q")
    assert second["buildNumber"] == 2
    newest = desk.builds.list_of_project(desk.call("ListBuildsForProject", projectName="p"))
    assert newest == {"ids": [second["id"], first["id"]]}
    oldest = desk.builds.list_of_project(desk.call("ListBuildsForProject", projectName="p", sortOrder="ASCENDING"))
    assert oldest == {"ids": [first["id"], second["id"]]}


def test_builds_are_shown_by_id_and_arn(desk: Desk) -> None:
    desk.buildspec(spec("true"))
    build = desk.run()
    shown = desk.builds.get(desk.call("BatchGetBuilds", ids=[build["id"], build["arn"], "p:none"]))
    assert shown == {"builds": [build, build], "buildsNotFound": ["p:none"]}


def test_a_token_starts_one_build_only(desk: Desk) -> None:
    desk.buildspec(spec("true"))
    first = desk.start(idempotencyToken="t")
    desk.wait()
    assert desk.start(idempotencyToken="t")["id"] == first["id"]
    assert desk.start(idempotencyToken="u")["id"] != first["id"]
    with pytest.raises(ServiceError, match="used with other parameters"):
        desk.start(idempotencyToken="t", timeoutInMinutesOverride=5)


def test_a_token_is_forgotten_after_five_minutes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.buildspec(spec("true"))
    first = desk.start(idempotencyToken="t")
    monkeypatch.setattr(service, "TOKEN_SECONDS", -1)
    assert desk.start(idempotencyToken="t")["id"] != first["id"]


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    asks: list[Callable[[], object]] = [
        lambda: desk.start("none"),
        lambda: desk.builds.list_of_project(desk.call("ListBuildsForProject", projectName="none")),
        lambda: desk.builds.stop(desk.call("StopBuild", id="none:1")),
    ]
    for ask in asks:
        with pytest.raises(ServiceError) as caught:
            ask()
        assert caught.value.code == "ResourceNotFoundException"


def test_operations_that_a_rehearsal_lacks_are_refused_by_name(desk: Desk) -> None:
    with pytest.raises(ServiceError, match="RetryBuild is not supported by a rehearsal") as caught:
        desk.builds.refuse(desk.call("RetryBuild", id="p:1"))
    assert caught.value.code == "InvalidInputException"


def test_a_destination_that_the_buildspec_does_not_describe_fails(desk: Desk) -> None:
    secondary = [{"type": "S3", "location": "out", "artifactIdentifier": "docs"}]
    for overrides, place in (
        ({"artifactsOverride": {"type": "S3", "location": "out"}}, "no artifacts"),
        ({"secondaryArtifactsOverride": secondary}, "no artifacts.secondary-artifacts.docs"),
    ):
        desk.buildspec(spec("true"))
        phase, code, message = failure(desk.run(**overrides))
        assert (phase, code) == ("UPLOAD_ARTIFACTS", "CLIENT_ERROR")
        assert message == f"no matching artifact paths found: the buildspec has {place}"


def test_an_artifact_without_files_fails(desk: Desk) -> None:
    desk.buildspec(spec("true", after="artifacts: {files: ['**/*'], base-directory: cdk.out}"))
    build = desk.run(artifactsOverride={"type": "S3", "location": "out"})
    assert build["buildStatus"] == "FAILED"
    message = "no matching base directory path found for cdk.out"
    assert failure(build) == ("UPLOAD_ARTIFACTS", "CLIENT_ERROR", message)
