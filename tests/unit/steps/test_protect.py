from typing import Any

import pytest
from click.testing import CliRunner

from steps import protect

ROLE = "arn:aws:iam::333333333333:role/prod-tap-protection"
CREDENTIALS = {"AccessKeyId": "key", "SecretAccessKey": "secret", "SessionToken": "token"}


class Aws:
    """STS and CloudFormation; remembers under which keys it was asked for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def client(self, service: str, *, region_name: str, aws_access_key_id: str = "own", **_: str) -> "Aws":
        self.service, self.key = f"{service} {region_name}", aws_access_key_id
        return self

    def assume_role(self, **arguments: str) -> dict[str, Any]:
        self.asked.append((self.service, self.key, arguments))
        return {"Credentials": CREDENTIALS}

    def update_termination_protection(self, **arguments: Any) -> None:
        self.asked.append((self.service, self.key, arguments))


def test_a_stack_is_protected_under_the_stage_s_own_role(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = Aws()
    monkeypatch.setattr("steps.roles.boto3.client", aws.client)
    environment = {"PROTECTION_ROLE_ARN": ROLE, "PROTECTED_STACKS": "us-east-1/prod-tap-firewall eu-west-1/prod-tap"}
    result = CliRunner().invoke(protect.main, env=environment)
    assert result.output == (
        "prod-tap-firewall in 333333333333 us-east-1: termination protection is on\n"
        "prod-tap in 333333333333 eu-west-1: termination protection is on\n"
    )
    assert aws.asked == [
        ("sts us-east-1", "own", {"RoleArn": ROLE, "RoleSessionName": "protect-stage"}),
        ("cloudformation us-east-1", "key", {"StackName": "prod-tap-firewall", "EnableTerminationProtection": True}),
        ("sts eu-west-1", "own", {"RoleArn": ROLE, "RoleSessionName": "protect-stage"}),
        ("cloudformation eu-west-1", "key", {"StackName": "prod-tap", "EnableTerminationProtection": True}),
    ]


def test_a_missing_setting_is_named() -> None:
    result = CliRunner().invoke(protect.main, [])
    assert result.exit_code == 2
    assert "Missing option '--role' (env var: 'PROTECTION_ROLE_ARN')" in result.output


def test_a_stack_without_its_region_is_refused() -> None:
    result = CliRunner().invoke(protect.main, ["--role", ROLE, "--stack", "prod-tap"])
    assert result.exit_code == 2
    assert "'prod-tap' is not region/name, such as us-east-1/prod-tap" in result.output


def test_role_that_is_not_an_arn_is_misuse() -> None:
    result = CliRunner().invoke(protect.main, ["--role", "protector", "--stack", "us-east-1/prod-tap"])
    assert result.exit_code == 2
    assert "'protector' is not an ARN" in result.output
