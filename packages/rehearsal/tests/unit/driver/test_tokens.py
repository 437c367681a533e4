from pathlib import Path
from typing import Any

import pytest
from tests.unit.codepipeline.records import configuration
from tests.unit.driver.test_assembly import pipeline, source, write_app

from cdk_rehearsal.driver import tokens
from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.driver.tokens import PLACEHOLDER, make_tokens


class Secrets:
    """Secrets Manager with one secret in it."""

    class ResourceExistsException(Exception):  # noqa: N818 - boto3's name
        pass

    def __init__(self) -> None:
        self.exceptions = self
        self.made: dict[str, str] = {}

    def create_secret(self, *, Name: str, SecretString: str) -> None:  # noqa: N803 - boto3's names
        if Name == "there":
            raise self.ResourceExistsException
        self.made[Name] = SecretString


def token(value: Any, provider: str = "GitHub") -> Any:
    return {**source("acme/shop", provider), "Configuration": {"OAuthToken": value}}


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (["{{resolve:secretsmanager:github-token:SecretString:::}}"], {"github-token": PLACEHOLDER}),
        (["{{resolve:secretsmanager:plain}}"], {"plain": PLACEHOLDER}),
        (["{{resolve:secretsmanager:there}}"], {}),
        (
            ["{{resolve:secretsmanager:one:SecretString:b::}}", "{{resolve:secretsmanager:one:SecretString:a:X:}}"],
            {"one": f'{{"a": "{PLACEHOLDER}", "b": "{PLACEHOLDER}"}}'},
        ),
        (["{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:111111111111:secret:x}}"], {}),
        (["ghp_secret", {"Ref": "Token"}, None], {}),
    ],
)
def test_a_secret_that_a_source_names_is_made_unless_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: list[Any], made: dict[str, str]
) -> None:
    secrets = Secrets()
    monkeypatch.setattr(tokens, "client", lambda *_, **__: secrets)
    declared = pipeline(*(token(each) for each in values), token("{{resolve:secretsmanager:other}}", "Other"))
    declared["Resources"]["Table"] = {"Type": "AWS::DynamoDB::Table"}
    make_tokens(configuration(tmp_path), Assembly.read(write_app(tmp_path / "out", declared)))
    assert secrets.made == made
