import io
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tap_function import storage
from tap_function.failures import CheckFailedError

BUCKET, KEY = "the-bucket", "the/receipt.json"


def put(s3: Stubber, content: bytes) -> None:
    expected = {"Bucket": BUCKET, "Key": KEY, "Body": content, "ContentType": "application/json"}
    s3.add_response("put_object", {"VersionId": "version-7"}, expected)


def get(s3: Stubber, content: bytes, *, length: int | None = None, **more: Any) -> None:
    body = StreamingBody(io.BytesIO(content), len(content) if length is None else length)
    answer = {"Body": body, "ServerSideEncryption": "aws:kms", **more}
    s3.add_response("get_object", answer, {"Bucket": BUCKET, "Key": KEY, "VersionId": "version-7"})


def write_and_read_back() -> str:
    return storage.write_and_read_back(bucket=BUCKET, key=KEY, body=b"receipt")


def test_the_very_version_that_was_written_is_read_back(s3: Stubber) -> None:
    put(s3, b"receipt")
    get(s3, b"receipt")
    assert write_and_read_back() == "aws:kms"


def test_other_content_than_was_written_is_an_error(s3: Stubber) -> None:
    put(s3, b"receipt")
    get(s3, b"something else")
    with pytest.raises(CheckFailedError, match="holds something else than was written"):
        write_and_read_back()


def test_an_object_without_the_key_is_an_error(s3: Stubber) -> None:
    put(s3, b"receipt")
    get(s3, b"receipt", ServerSideEncryption="AES256")
    with pytest.raises(CheckFailedError, match="encryption is AES256, expected aws:kms"):
        write_and_read_back()


def test_a_bucket_without_versions_is_an_error(s3: Stubber) -> None:
    s3.add_response("put_object", {})
    with pytest.raises(CheckFailedError, match="keeps no versions"):
        write_and_read_back()


def test_a_refusal_by_s3_is_an_error_that_says_what_was_refused_and_quotes_nothing(s3: Stubber) -> None:
    s3.add_client_error("put_object", "AccessDenied", "arn:aws:sts::222222222222:assumed-role/secret", 403)
    with pytest.raises(CheckFailedError) as failed:
        write_and_read_back()
    assert str(failed.value) == "s3://the-bucket/the/receipt.json can't be written and read: PutObject: AccessDenied"


def test_a_body_cut_short_is_an_error(s3: Stubber) -> None:
    put(s3, b"receipt")
    get(s3, b"rec", length=len(b"receipt"))
    with pytest.raises(CheckFailedError, match="can't be written and read: IncompleteReadError"):
        write_and_read_back()
