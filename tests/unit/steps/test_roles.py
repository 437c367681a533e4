import json
from typing import Any

import pytest

from steps.roles import client_under

READ = {"Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}


def test_a_session_is_narrowed_to_what_the_step_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Sts:
        def assume_role(self, **arguments: str) -> Any:
            asked.append(arguments)
            return {"Credentials": {"AccessKeyId": "k", "SecretAccessKey": "s", "SessionToken": "t"}}

    monkeypatch.setattr("steps.roles.boto3.client", lambda *_, **__: Sts())
    client_under("role", service="s3", region="us-east-1", session="look", only=READ)
    assert asked == [{"RoleArn": "role", "RoleSessionName": "look", "Policy": json.dumps(READ)}]
