import pytest
from ministack.core import lambda_runtime

from cdk_rehearsal.codepipeline import node_client
from cdk_rehearsal.errors import RehearsalError


def test_another_runtime_than_the_known_one_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_runtime, "_NODEJS_WORKER_SCRIPT", "something else")
    with pytest.raises(RehearsalError, match="functions in Node has changed"):
        node_client.install()
