import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from tap_function import storage

from tests.unit.tap_stack.workload import read_workload

BUCKET, KEY = "the-bucket", "the/receipt.json"


def body(content: bytes) -> Any:
    return StreamingBody(io.BytesIO(content), len(content))


def put(s3: Stubber, content: bytes) -> None:
    expected = {"Bucket": BUCKET, "Key": KEY, "Body": content, "ContentType": "application/json"}
    s3.add_response("put_object", {"VersionId": "version-7"}, expected)


def get(s3: Stubber, content: bytes) -> None:
    s3.add_response("get_object", {"Body": body(content)}, {"Bucket": BUCKET, "Key": KEY, "VersionId": "version-7"})


def test_the_very_version_that_was_written_is_read_back(s3: Stubber) -> None:
    put(s3, b"receipt")
    get(s3, b"receipt")
    storage.write_and_read_back(bucket=BUCKET, key=KEY, body=b"receipt")


def test_other_content_than_was_written_is_an_error(s3: Stubber) -> None:
    put(s3, b"receipt")
    get(s3, b"something else")
    with pytest.raises(storage.StorageError, match="holds something else than was written"):
        storage.write_and_read_back(bucket=BUCKET, key=KEY, body=b"receipt")


def test_a_refusal_by_s3_is_an_error_that_says_what_s3_answered(s3: Stubber) -> None:
    s3.add_client_error("put_object", "AccessDenied", "no PutObject for you", 403)
    with pytest.raises(storage.StorageError, match=r"AccessDenied.*no PutObject for you"):
        storage.write_and_read_back(bucket=BUCKET, key=KEY, body=b"receipt")


def test_a_body_cut_short_is_an_error(s3: Stubber) -> None:
    put(s3, b"receipt")
    short = StreamingBody(io.BytesIO(b"rec"), len(b"receipt"))
    s3.add_response("get_object", {"Body": short}, {"Bucket": BUCKET, "Key": KEY, "VersionId": "version-7"})
    with pytest.raises(storage.StorageError, match="can't be written and read"):
        storage.write_and_read_back(bucket=BUCKET, key=KEY, body=b"receipt")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The function's own client, made anew."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    storage.client.cache_clear()
    yield storage.client()
    storage.client.cache_clear()


def test_the_client_is_kept_between_invocations(client: Any) -> None:
    assert storage.client() is client


def test_a_silent_s3_is_given_up_before_the_function_s_time_is_over(client: Any, assembly: Path) -> None:
    config = client.meta.config
    attempts = config.retries["total_max_attempts"]
    back_off = 1  # second at most before a first retry, in botocore's standard mode
    longest = 2 * (attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1) * back_off)
    assert longest < read_workload(assembly, "prod").the("AWS::Lambda::Function", "Function/Handler")["Timeout"]
