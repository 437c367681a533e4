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


def test_another_account_is_entered_by_the_role_that_may_only_read() -> None:
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
def test_a_role_that_is_not_cdk_s_is_taken_as_it_is(role: str) -> None:
    assert reader(role) == role


def test_a_client_is_made_once_and_again_before_its_credentials_end() -> None:
    now = [NOW]
    access = Access(Session(), now=lambda: now[0])
    assert access("codepipeline") is access("codepipeline")
    first = access("cloudformation", role=ROLE)
    now[0] += dt.timedelta(minutes=54)
    assert access("cloudformation", role=ROLE) is first
    now[0] += dt.timedelta(minutes=2)
    assert access("cloudformation", role=ROLE) is not first


def test_a_session_that_is_configured_for_an_account_stands_for_the_role() -> None:
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
            "Nothing answers at http://127.0.0.1:9; the page goes on by itself once it is back",
        ),
        (NoCredentialsError(), "There are no AWS credentials; start the page with those of the pipeline's account"),
        (NoRegionError(), "You must specify a region."),
    ],
)
def test_an_error_is_one_readable_line(error: Exception, told: str) -> None:
    assert explain(error) == told


# The command


class Server:
    """A server that opens no socket."""

    failing: OSError | None = None
    site: Any = None

    def __init__(self, port: int) -> None:
        if self.failing:
            raise self.failing
        self.port = port or 4567

    def serve_forever(self) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(command, "Server", Server)
    monkeypatch.setattr("codepipeline_page.command.signal.signal", lambda *_: None)
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


def test_the_address_is_printed_with_a_token_of_its_own(run: Any) -> None:
    first, second = (run("--port", "4567") for _ in range(2))
    assert first.exit_code == 0
    assert first.output.startswith("http://127.0.0.1:4567/pipeline/?token=")
    assert first.output != second.output
    assert len(first.output.strip().partition("token=")[2]) >= 43


def test_the_address_goes_to_a_file_that_its_owner_alone_reads(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.url"
    file.with_suffix(".new").write_text("left")
    result = run("--address-file", str(file))
    assert (result.exit_code, result.output) == (0, "")
    assert file.read_text().startswith("http://127.0.0.1:4567/pipeline/?token=")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_busy_port_a_missing_profile_and_a_missing_region_are_one_line(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "failing", OSError(98, "Address already in use"))
    result = run("--port", "4567")
    assert result.output == "Error: port 4567 on 127.0.0.1: Address already in use; name another with --port\n"
    assert run("--profile", "none").output == "Error: The config profile (none) could not be found\n"
    result = run("--account-profile", "3")
    assert "3: expected ACCOUNT=PROFILE" in result.output
    assert run("--account-profile", "3=none").output == "Error: The config profile (none) could not be found\n"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    result = run()
    assert (result.exit_code, result.output) == (1, "Error: You must specify a region.\n")
