from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tap_function import secret, storage


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The function's S3 client, which answers only what a test has told it to, in that order."""
    yield from stubbed("s3", storage, monkeypatch)


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The function's Secrets Manager client, likewise."""
    yield from stubbed("secretsmanager", secret, monkeypatch)


def stubbed(service: str, module: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client: Any = boto3.client(
        service, region_name="us-east-1", aws_access_key_id="made-up", aws_secret_access_key="made-up"
    )
    monkeypatch.setattr(module, "client", {service: client}.__getitem__)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
