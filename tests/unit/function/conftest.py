from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tap_function import storage

BUCKET, KEY = "the-bucket", "the/receipt.json"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The function's S3 client, which answers only what a test has told it to, in that order."""
    client: Any = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="made-up", aws_secret_access_key="made-up"
    )
    monkeypatch.setattr(storage, "client", lambda: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
