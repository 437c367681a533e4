from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tap_function import aws, database
from tests.unit.tap_stack.workload import Workload


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    aws.client.cache_clear()
    yield
    aws.client.cache_clear()


def test_a_client_is_kept_between_invocations() -> None:
    assert aws.client("s3") is aws.client("s3")
    assert aws.client("s3") is not aws.client("secretsmanager")


def test_the_function_says_itself_what_did_not_answer_before_its_time_is_over(stage: Workload) -> None:
    config = aws.client("s3").meta.config
    attempts = config.retries["total_max_attempts"]
    back_off = 1  # second at most before a first retry, in botocore's standard mode
    call = attempts * (config.connect_timeout + config.read_timeout) + (attempts - 1) * back_off
    session = database.CONNECT_SECONDS + database.SESSION_SECONDS
    writes_and_reads, secret_and_session_twice = 2 * call, 2 * (call + session)
    limit = stage.the("AWS::Lambda::Function", "Function/Handler")["Timeout"]
    assert writes_and_reads + secret_and_session_twice < limit


def test_a_refusal_is_retold_by_its_code_alone() -> None:
    refused = {"Error": {"Code": "InvalidAccessKeyId", "Message": "no such key: AKIAMADEUP"}}
    assert aws.said(ClientError(refused, "PutObject")) == "PutObject: InvalidAccessKeyId"
    assert aws.said(ReadTimeoutError(endpoint_url="https://somewhere?signature=1")) == "ReadTimeoutError"
