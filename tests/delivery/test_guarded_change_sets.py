"""The pipeline's guard against change sets as they are really answered, under a role that may only read."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdk_rehearsal.testing.harness import REGION, Account, Json, propose, resource
from steps import guard

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def payments(name: str) -> Json:
    return {"Log": resource("AWS::Logs::LogGroup", {"LogGroupName": name}, DeletionPolicy="Retain")}


def judged(account: Account, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Result:
    role = account.role("lookup", {"AWS": f"arn:aws:iam::{account.id}:root"})
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    account.client("iam").attach_role_policy(RoleName="lookup", PolicyArn=read_only)
    # boto3 remembers the credentials that it has found first.
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.config.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", account.config.root(account.id)["SecretAccessKey"])
    monkeypatch.chdir(folder)
    words = {"role": role, "stack": "app", "change-set": "next", "stage": "App/Prod", "region": REGION}
    return CliRunner().invoke(guard.main, [part for name, value in words.items() for part in (f"--{name}", value)])


@pytest.mark.parametrize(
    ("after", "what"),
    [(payments("b"), "would be replaced by a new, empty one because of LogGroupName"), ({}, "would leave the stack")],
)
def test_data_that_would_be_replaced_or_removed_stops_the_change_set(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, after: Json, what: str
) -> None:
    other = {"Topic": resource("AWS::SNS::Topic")}
    account.deploy("app", {**payments("a"), **other})
    propose(account, "app", {**after, **other})
    result = judged(account, monkeypatch, tmp_path)
    assert result.exit_code == 1, result.output
    assert f"Log (AWS::Logs::LogGroup a) {what}" in result.stderr


def test_a_new_stack_goes_through(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    propose(account, "app", payments("a"), "CREATE")
    result = judged(account, monkeypatch, tmp_path)
    assert result.exit_code == 0, result.output


def test_a_change_set_that_is_not_there_lets_nothing_through(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = judged(account, monkeypatch, tmp_path)
    assert result.exit_code == 2
    assert "Stack with id app does not exist" in result.stderr


def test_settled_stack_without_a_change_set_goes_through(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    account.deploy("app", payments("a"))
    result = judged(account, monkeypatch, tmp_path)
    assert result.exit_code == 0, result.output
