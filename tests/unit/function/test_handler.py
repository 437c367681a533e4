import io
import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from tap_function import database
from tap_function.database import Place
from tap_function.handler import handler

BUCKET, KEY = "the-bucket", "the/receipt.json"
ARN = "arn:aws:secretsmanager:us-east-1:222222222222:secret:rds!db-1"
RECEIPT = b'{"request_id": "request-1"}'


@dataclass
class Context:
    aws_request_id: str = "request-1"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {
        "BUCKET_NAME": BUCKET,
        "RECEIPT_KEY": KEY,
        "DATABASE_HOST": "db.example.com",
        "DATABASE_PORT": "5433",
        "DATABASE_SECRET_ARN": ARN,
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(s3: Stubber) -> None:
    put = {"Bucket": BUCKET, "Key": KEY, "Body": RECEIPT, "ContentType": ANY}
    s3.add_response("put_object", {"VersionId": "1"}, put)
    stored = StreamingBody(io.BytesIO(RECEIPT), len(RECEIPT))
    answer = {"Body": stored, "ServerSideEncryption": "aws:kms"}
    s3.add_response("get_object", answer, {"Bucket": BUCKET, "Key": KEY, "VersionId": "1"})


@pytest.fixture
def postgresql(secrets_manager: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"SecretString": '{"username": "tap", "password": "pass-word"}'}
    secrets_manager.add_response("get_secret_value", content, {"SecretId": ARN})

    def ask_version(place: Place, credentials: Any) -> dict[str, str]:
        assert (place.host, place.port) == ("db.example.com", 5433)
        assert credentials().password == "pass-word"
        return {"version": "15.17", "tls": "TLSv1.3"}

    monkeypatch.setattr(database, "ask_version", ask_version)


def body(answer: Any) -> Any:
    return json.loads(answer["body"])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("bucket", "postgresql")
def test_the_function_says_hello_with_what_each_check_found() -> None:
    answer = handler({}, Context())
    assert answer["statusCode"] == 200
    assert body(answer) == {
        "message": "Hello from Lambda!",
        "bucket": BUCKET,
        "checks": {
            "bucket": {"result": "passed", "object": KEY, "encryption": "aws:kms"},
            "database": {"result": "passed", "version": "15.17", "tls": "TLSv1.3"},
        },
    }


@pytest.mark.usefixtures("bucket", "postgresql")
def test_the_log_says_first_that_it_was_invoked_and_with_which_bucket(capsys: pytest.CaptureFixture[str]) -> None:
    handler({}, Context())
    invoked, *passed = lines(capsys)
    assert invoked == {
        "level": "INFO",
        "message": "Lambda function invoked",
        "request_id": "request-1",
        "bucket": BUCKET,
    }
    assert [line["check"] for line in passed] == ["bucket", "database"]
    assert {line["request_id"] for line in passed} == {"request-1"}


@pytest.mark.usefixtures("bucket", "postgresql")
def test_the_password_is_in_no_answer_and_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    answer = handler({}, Context())
    assert "pass-word" not in json.dumps(answer)
    assert "pass-word" not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("postgresql")
def test_a_failed_check_is_named_and_the_others_are_told_all_the_same(
    s3: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.add_client_error("put_object", "AccessDenied", "arn:aws:sts::222222222222:assumed-role/secret", 403)
    answer = handler({}, Context())
    assert answer["statusCode"] == 503
    assert body(answer)["message"] == "Failed: bucket; the function's log says why."
    assert {name: found["result"] for name, found in body(answer)["checks"].items()} == {
        "bucket": "failed",
        "database": "passed",
    }
    assert "AccessDenied" not in str(answer["body"])
    (failed,) = (line for line in lines(capsys) if line["level"] == "ERROR")
    assert failed["check"] == "bucket"
    assert failed["reason"].endswith("PutObject: AccessDenied")


def test_what_nobody_thought_of_fails_the_check_without_a_stack_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("pass-word")

    monkeypatch.setattr(database, "ask_version", broken)
    answer = handler({"checks": ["database"]}, Context())
    assert (answer["statusCode"], body(answer)["checks"]) == (503, {"database": {"result": "failed"}})
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["reason"] == "unexpected RuntimeError"
    assert "pass-word" not in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


def test_an_event_that_is_not_understood_is_answered_with_what_is(capsys: pytest.CaptureFixture[str]) -> None:
    answer = handler({"token": "pass-word"}, Context())
    assert answer["statusCode"] == 400
    assert "The event is not understood: send {}" in body(answer)["message"]
    assert [line["message"] for line in lines(capsys)] == ["Lambda function invoked", "Event not understood"]
    assert "pass-word" not in json.dumps(answer)
