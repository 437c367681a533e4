"""Builds in their sandbox, through the emulator's CodeBuild."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import psutil
import pytest
from tests.codebuild.site import Emulator, allow, archive, configuration, start
from tests.door.site import Door, open_door

from cdk_rehearsal.codebuild.machine.processes import MARK
from cdk_rehearsal.door.trust import door_environment
from cdk_rehearsal.driver.environment import build_image
from cdk_rehearsal.driver.visible import tools_of

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("namespaces")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's HOME, with what a build must not find."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "secret").write_text("the user's own")
    return folder


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Emulator]:
    root = tmp_path_factory.mktemp("builds") / 'an "odd" $place; (it\'s)'
    root.mkdir()
    config = configuration(root, door_secret="s3")
    door: Door = open_door(root / "door", emulator=config.port, secret="s3")
    (root / "cache").mkdir()
    image = root / "image"
    path = build_image(image, os.environ, provided=["zip", "jq"])
    tools = (image, *tools_of(os.environ, {}, home))
    sandbox = door.settings.model_copy(update={"tools": tools, "caches": (root / "cache",), "home": home})
    variables = {**door_environment(door.config, confined=True), "CACHE": str(root / "cache")}
    more = {"build_path": path, "sandbox": sandbox, "build_environment": variables}
    emulator = start(config.model_copy(update=more))
    try:
        emulator.project("build", emulator.role("builder", allow("*")), source={"type": "NO_SOURCE", "buildspec": "-"})
        yield emulator
    finally:
        emulator.stop()
        door.stop()


def begin(builder: Emulator, *commands: str) -> str:
    specification = json.dumps({"version": "0.2", "phases": {"build": {"commands": commands}}})
    source = {"sourceTypeOverride": "NO_SOURCE", "buildspecOverride": specification}
    started: str = builder.client("codebuild").start_build(projectName="build", **source)["build"]["id"]
    return started


def build(builder: Emulator, *commands: str) -> tuple[str, str]:
    """Return the status and the output of a build."""
    build_id = begin(builder, *commands)
    return builder.ended(build_id)["buildStatus"], builder.log(build_id)


def test_build_does_not_see_the_users_files(builder: Emulator, home: Path) -> None:
    status, log = build(builder, f"ls '{home}' || true", "ls -A /home", "cat /etc/shadow || true", "echo HOME is $HOME")
    assert status == "SUCCEEDED", log
    assert "secret" not in log
    assert "No such file or directory" in log
    assert f"HOME is {builder.config.builds}" in log


def test_build_sees_its_own_processes_alone(builder: Emulator) -> None:
    status, log = build(builder, "ls -d /proc/[0-9]* | wc -l >count; test $(cat count) -lt 10")
    assert status == "SUCCEEDED", log


def test_build_can_not_change_the_system(builder: Emulator) -> None:
    for target in ("/usr/local/bin/new", "/etc/hostname", f"{sys.base_prefix}/new"):
        status, log = build(builder, f"touch {target}")
        assert status == "FAILED", log
    build(builder, "touch /etc/new /new")
    assert not [path for path in (Path(sys.base_prefix, "new"), Path("/etc/new"), Path("/new")) if path.exists()]


def test_build_can_not_undo_its_sandbox(builder: Emulator) -> None:
    status, log = build(builder, "umount /etc/resolv.conf && echo undone; mount -t tmpfs x /mnt && echo mounted; true")
    assert status == "SUCCEEDED", log
    assert "\nundone" not in log
    assert "\nmounted" not in log


def test_build_keeps_what_it_writes_to_caches(builder: Emulator) -> None:
    status, log = build(builder, 'echo kept >"$CACHE/file"')
    assert status == "SUCCEEDED", log
    assert Path(builder.config.build_environment["CACHE"], "file").read_text() == "kept\n"


def test_temporary_files_are_the_builds_own_and_survive_a_shell(builder: Emulator) -> None:
    name = f"own-{os.getpid()}"
    status, log = build(builder, f"touch /tmp/{name}", "exit 0", f"ls /tmp/{name}")
    assert status == "SUCCEEDED", log
    assert not Path(gettempdir(), name).exists()


def test_pip_and_npm_install_into_the_builds_environment(builder: Emulator) -> None:
    status, log = build(
        builder,
        "pip --version",
        'python -c "import sys; print(sys.prefix)"',
        'mkdir tool; cd tool; echo \'{"name": "tool", "version": "1.0.0", "bin": "./tool.js"}\' >package.json',
        "printf '#!/usr/bin/env node\\nconsole.log(\"installed\")\\n' >tool.js",
        "npm install --global --offline .",
        "tool",
    )
    assert status == "SUCCEEDED", log
    assert f"{builder.config.builds}/111111111111/build/python" in log
    assert "\ninstalled\n" in log


def test_raw_socket_of_a_build_is_refused_at_once(builder: Emulator) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 443), timeout=30)"
    status, log = build(builder, f'python3 -c "{code}"')
    assert status == "FAILED"
    assert "Network is unreachable" in log


def test_aws_answers_builds_with_and_without_the_endpoint_variable(builder: Emulator) -> None:
    query = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    status, log = build(
        builder, f"curl -sS '{query}'", 'curl -sS --fail "$AWS_ENDPOINT_URL/_rehearsal/health" >/dev/null'
    )
    assert status == "SUCCEEDED", log
    assert "MissingAuthenticationToken" in log


@pytest.mark.parametrize(
    "command", ["sudo apt-get install -y zip cowsay", "apt install cowsay", "yum install -y cowsay"]
)
def test_system_package_is_refused_with_advice(builder: Emulator, command: str) -> None:
    status, log = build(builder, command)
    assert status == "FAILED"
    assert "install cowsay yourself, then pass --provided cowsay" in log
    assert "--provided zip" not in log


def test_provided_packages_count_as_installed(builder: Emulator) -> None:
    status, log = build(
        builder, "sudo apt-get update && sudo -E apt-get install -y --no-install-recommends zip jq", "sudo true"
    )
    assert status == "SUCCEEDED", log


@pytest.mark.parametrize(("command", "status"), [("kill -9 $$", "137"), ("exit 7", "7"), ("exec sh -c 'exit 5'", "5")])
def test_exit_status_of_a_sandboxed_command_is_its_own(builder: Emulator, command: str, status: str) -> None:
    result, log = build(builder, command)
    assert result == "FAILED"
    assert f"exit status {status}" in log


FUNCTION = """
import socket, ssl, urllib.error, urllib.request

def handler(event, context):
    try:
        urllib.request.urlopen(urllib.request.Request(event["url"]), timeout=20)
    except urllib.error.HTTPError as answer:
        body = answer.read().decode()
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=20)
    except OSError as refused:
        return {"aws": body, "raw": str(refused)}
"""


def test_function_reaches_aws_by_name_and_nothing_else(builder: Emulator) -> None:
    role = builder.role("function", allow("*"), trusts="lambda.amazonaws.com")
    made = builder.client("lambda")
    code = {"ZipFile": archive({"index.py": FUNCTION})}
    made.create_function(
        FunctionName="fn", Runtime="python3.11", Role=role, Handler="index.handler", Code=code, Timeout=30
    )
    event = {"url": "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"}
    answer = json.loads(made.invoke(FunctionName="fn", Payload=json.dumps(event).encode())["Payload"].read())
    assert "MissingAuthenticationToken" in answer.get("aws", ""), answer
    assert "Network is unreachable" in answer["raw"]


def test_stopped_build_leaves_no_process(builder: Emulator) -> None:
    build_id = begin(builder, "(setsid sleep 300 &)", "sleep 301")
    while "Running command sleep 301" not in builder.log(build_id):
        time.sleep(0.05)
    builder.client("codebuild").stop_build(id=build_id)
    assert builder.ended(build_id)["buildStatus"] == "STOPPED"
    assert left_of(build_id) == []


def test_no_sandbox_outlives_its_killed_emulator(builder: Emulator) -> None:
    build_id = begin(builder, "(setsid sleep 300 &)", "sleep 301")
    while "Running command sleep 301" not in builder.log(build_id):
        time.sleep(0.05)
    assert left_of(build_id)
    builder.stop(signal.SIGKILL)
    end = time.monotonic() + 20
    while left_of(build_id) and time.monotonic() < end:
        time.sleep(0.05)
    assert left_of(build_id) == []


def left_of(build_id: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == build_id:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found
