import datetime as dt
import stat
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)
from click.testing import CliRunner, Result
from tests.unit.shop import NOW, ROLE

from codepipeline_page import command
from codepipeline_page.access import Access, reader
from codepipeline_page.problems import explain


class Session:
    """Notes what it is asked for."""

    def __init__(self, name: str = "own") -> None:
        self.name = name
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def client(self, service: str, **options: Any) -> Any:
        options.pop("config")
        self.asked.append((service, options))
        return self if service == "sts" else (self.name, service, len(self.asked))

    def assume_role(self, **asked: str) -> Any:
        self.asked.append(("assume", asked))
        given = {"AccessKeyId": "id", "SecretAccessKey": "key", "SessionToken": "token"}
        return {"Credentials": given | {"Expiration": NOW + dt.timedelta(hours=1)}}


def test_access_assumes_lookup_role_of_another_account() -> None:
    session = Session()
    access = Access(session, now=lambda: NOW)
    access("cloudformation", role=ROLE, region="eu-west-1")
    lookup = "arn:aws:iam::333333333333:role/cdk-hnb659fds-lookup-role-333333333333-us-east-1"
    assert session.asked[1] == ("assume", {"RoleArn": lookup, "RoleSessionName": "delivery-page"})
    assert session.asked[2][1] == {
        "region_name": "eu-west-1",
        "aws_access_key_id": "id",
        "aws_secret_access_key": "key",
        "aws_session_token": "token",
    }


@pytest.mark.parametrize("role", ["arn:aws:iam::3:role/deployer", "arn:aws:iam::3:role/own-deploy-role-3"])
def test_reader_keeps_roles_that_cdk_did_not_create(role: str) -> None:
    assert reader(role) == role


def test_access_replaces_client_before_its_credentials_expire() -> None:
    now = [NOW]
    access = Access(Session(), now=lambda: now[0])
    assert access("codepipeline") is access("codepipeline")
    first = access("cloudformation", role=ROLE)
    now[0] += dt.timedelta(minutes=54)
    assert access("cloudformation", role=ROLE) is first
    now[0] += dt.timedelta(minutes=2)
    assert access("cloudformation", role=ROLE) is not first


def test_access_prefers_session_configured_for_the_account() -> None:
    session, own = Session(), Session("prod")
    access = Access(session, accounts={"3" * 12: own})
    assert access("cloudformation", role=ROLE, region="eu-west-1")[0] == "prod"
    assert session.asked == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ClientError({"Error": {"Code": "Denied", "Message": "may not"}}, "GetIt"), "GetIt: may not (Denied)"),
        (ClientError({"Error": {"Code": "Denied", "Message": ""}}, "GetIt"), "GetIt: Denied (Denied)"),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
            "http://127.0.0.1:9: no answer; the page retries by itself",
        ),
        (
            NoCredentialsError(),
            "AWS credentials: none found; start the page with credentials of the pipeline's account",
        ),
        (NoRegionError(), "--region: missing; name the pipeline's Region"),
    ],
)
def test_explain_returns_one_line_per_error(error: Exception, told: str) -> None:
    assert explain(error) == told


# The command


class Listening:
    """A listening socket that was never opened."""

    def __init__(self, port: int) -> None:
        self._port = port or 4567

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self._port


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(command, "listen", Listening)
    monkeypatch.setattr(command, "serve", lambda app, listening: None)
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_ACCESS_KEY_ID": "1",
        "AWS_SECRET_ACCESS_KEY": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(command.main, ["--pipeline", "delivery", *words])

    return invoke


def test_command_prints_address_with_a_new_token(run: Any) -> None:
    first, second = (run("--port", "4567") for _ in range(2))
    assert first.exit_code == 0
    assert first.output.startswith("http://127.0.0.1:4567/pipeline/?token=")
    assert first.output != second.output
    assert len(first.output.strip().partition("token=")[2]) >= 43


def test_address_file_is_readable_by_its_owner_only(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.url"
    file.with_suffix(".new").write_text("left")
    result = run("--address-file", str(file))
    assert (result.exit_code, result.output) == (0, "")
    assert file.read_text().startswith("http://127.0.0.1:4567/pipeline/?token=")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_command_reports_each_error_in_one_line(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def in_use(port: int) -> Listening:
        raise OSError(98, "Address already in use")

    file = str(tmp_path / "none" / "page.url")
    for words, line in (
        (("--profile", "none"), "The config profile (none) could not be found"),
        (("--account-profile", "3"), "--account-profile 3: not a pair; use ACCOUNT=PROFILE"),
        (("--account-profile", "3=none"), "The config profile (none) could not be found"),
        (("--port", "80"), "Invalid value for '--port': 80 is not in the range 1024<=x<=65535."),
        (("--xyz",), "No such option '--xyz'."),
        (
            ("--address-file", file),
            f"--address-file {file}: No such file or directory; choose another path",
        ),
    ):
        result = run(*words)
        assert result.exit_code in (1, 2)
        assert result.output == f"Error: {line}\n"
    monkeypatch.setattr(command, "listen", in_use)
    line = "--port 4567: Address already in use; choose another port on 127.0.0.1"
    assert run("--port", "4567").output == f"Error: {line}\n"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    result = run()
    assert (result.exit_code, result.output) == (1, "Error: --region: missing; name the pipeline's Region\n")


def test_command_without_pipeline_is_one_line() -> None:
    result = CliRunner().invoke(command.main, [])
    assert (result.exit_code, result.output) == (2, "Error: Missing option '--pipeline'.\n")
