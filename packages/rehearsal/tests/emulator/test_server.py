import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer
from cdk_rehearsal.testing.harness import (
    Account,
    answers,
    attribute,
    free_port,
    lines,
    ref,
    resource,
    running,
    wait_for,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Starter = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Starter:
    """Start an emulator that is expected to give up at once."""

    def started(path: Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "cdk_rehearsal.emulator", "--config", str(path)]
        return subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=20, check=False)

    return started


def test_a_busy_port_is_one_line(emulator: EmulatorConfig, start: Starter, tmp_path: Path) -> None:
    EmulatorConfig(port=emulator.port, state_dir=tmp_path / "state").save(tmp_path / "config.json")
    ended = start(tmp_path / "config.json")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert f"port 127.0.0.1:{emulator.port} is busy" in line
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file or directory"),
        ('{"port": "many", "state_dir": "/tmp"}', "port: Input should be a valid integer"),
        ("nonsense", "Invalid JSON"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_one_line(
    start: Starter, tmp_path: Path, text: str | None, reason: str
) -> None:
    path = tmp_path / "config.json"
    if text:
        path.write_text(text)
    ended = start(path)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert str(path) in line
    assert reason in line


def test_a_place_that_cannot_be_written_is_one_line(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    EmulatorConfig(port=free_port(), state_dir=tmp_path / "file" / "state").save(tmp_path / "config.json")
    ended = start(tmp_path / "config.json")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "cannot write to" in line


def test_emulator_prints_nothing_and_logs_beside_its_state(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = EmulatorConfig(port=free_port(), state_dir=tmp_path / "state")
    with running(config):
        assert Account(config).client("sts").get_caller_identity()["Account"]
    assert capfd.readouterr() == ("", "")
    assert "Ready" in (config.state_dir / "logs" / "emulator.log").read_text()
    for private in ("logs", "s3", "state", "tmp"):
        assert (config.state_dir / private).stat().st_mode & 0o077 == 0


RESOURCES: dict[str, Any] = {
    "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "Bucket": resource("AWS::S3::Bucket"),
    "Connection": resource("AWS::CodeConnections::Connection", {"ConnectionName": "c", "ProviderType": "GitHub"}),
    "Database": resource(
        "AWS::RDS::DBInstance",
        {
            "Engine": "postgres",
            "DBInstanceClass": "db.t3.micro",
            "ManageMasterUserPassword": True,
            "MasterUsername": "tap",
        },
        DeletionPolicy="Delete",
    ),
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_emulator_goes_on_where_it_was(
    tmp_path: Path, postgres: PostgresServer, number: signal.Signals
) -> None:
    config = EmulatorConfig(port=free_port(), state_dir=tmp_path / "state", postgres=postgres)
    account = Account(config)
    with running(config) as process:
        outputs = {
            "Port": attribute("Database", "Endpoint.Port"),
            "Connection": ref("Connection"),
            "Bucket": ref("Bucket"),
        }
        account.deploy("app", RESOURCES, outputs)
        made = account.outputs("app")
        account.client("s3").put_object(Bucket=made["Bucket"], Key="k", Body=b"kept")
        recorded = lines(config.state_dir / "recorded.json")
        process.send_signal(number)
        assert process.wait(20) == 0
    with running(config):
        assert account.outputs("app") == made
        assert account.client("s3").get_object(Bucket=made["Bucket"], Key="k")["Body"].read() == b"kept"
        (found,) = account.client("rds").describe_db_instances()["DBInstances"]
        assert str(found["Endpoint"]["Port"]) == made["Port"] == str(postgres.port)
        connections = account.client("codeconnections")
        assert connections.get_connection(ConnectionArn=made["Connection"])["Connection"]["ConnectionName"] == "c"
        assert lines(config.state_dir / "recorded.json") == recorded
        account.client("s3").delete_object(Bucket=made["Bucket"], Key="k")
        assert account.delete("app") == {}
        assert lines(config.state_dir / "recorded.json") == []


def test_a_killed_emulator_has_what_was_there_at_its_last_checkpoint(tmp_path: Path) -> None:
    config = EmulatorConfig(port=free_port(), state_dir=tmp_path / "state")
    account = Account(config)
    path = tmp_path / "config.json"
    config.save(path)
    command = [sys.executable, "-m", "cdk_rehearsal.emulator", "--config", str(path)]
    process = subprocess.Popen(command, env=os.environ)
    wait_for(lambda: answers(config.port))
    account.deploy("app", {"Topic": resource("AWS::SNS::Topic")}, {"Topic": ref("Topic")})
    made = account.outputs("app")
    saved = config.state_dir / "state" / "snapshot.json"
    wait_for(lambda: saved.exists() and made["Topic"] in saved.read_text())
    process.kill()
    process.wait()
    with running(config):
        assert account.outputs("app") == made
        assert [found["TopicArn"] for found in account.client("sns").list_topics()["Topics"]] == [made["Topic"]]


def test_nothing_that_the_emulator_does_leaves_loopback(account: Account) -> None:
    """An HTTPS subscription is delivered by the emulator itself, to whatever host somebody named."""
    sns = account.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://example.com/hook")
    sns.publish(TopicArn=topic, Message="x")
    record = account.config.state_dir / "logs" / "outbound.json"
    while not any(line["address"] == "example.com" for line in lines(record)):
        time.sleep(0.05)
