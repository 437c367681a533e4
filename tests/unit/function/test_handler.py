import io
import json
from dataclasses import dataclass

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from tap_function.handler import handler

BUCKET, KEY = "the-bucket", "the/receipt.json"
RECEIPT = b'{"request_id": "request-1"}'


@dataclass
class Context:
    aws_request_id: str = "request-1"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("RECEIPT_KEY", KEY)


def works(s3: Stubber) -> None:
    put = {"Bucket": BUCKET, "Key": KEY, "Body": RECEIPT, "ContentType": ANY}
    s3.add_response("put_object", {"VersionId": "1"}, put)
    stored = StreamingBody(io.BytesIO(RECEIPT), len(RECEIPT))
    s3.add_response("get_object", {"Body": stored}, {"Bucket": BUCKET, "Key": KEY, "VersionId": "1"})


def test_the_function_says_hello_once_its_bucket_works(s3: Stubber) -> None:
    works(s3)
    answer = handler({}, Context())
    assert answer["statusCode"] == 200
    body = json.loads(str(answer["body"]))
    assert body == {"message": "Hello from Lambda!", "bucket": BUCKET, "receipt": KEY}


def test_the_log_says_first_that_it_was_invoked_and_with_which_bucket(
    s3: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    works(s3)
    handler({}, Context())
    invoked, written = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert invoked == {
        "level": "INFO",
        "message": "Lambda function invoked",
        "request_id": "request-1",
        "bucket": BUCKET,
    }
    assert written["key"] == KEY


def test_a_bucket_that_can_t_be_used_is_a_failure_whose_reason_is_in_the_log_only(
    s3: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.add_client_error("put_object", "AccessDenied", "arn:aws:sts::222222222222:assumed-role/secret", 403)
    answer = handler({}, Context())
    assert answer["statusCode"] == 502
    assert "AccessDenied" not in str(answer["body"])
    failed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert failed["level"] == "ERROR"
    assert "AccessDenied" in failed["message"]
