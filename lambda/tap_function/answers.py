"""What the caller hears."""

import json
from collections.abc import Mapping
from http import HTTPStatus


def hello(*, bucket: str, key: str) -> Mapping[str, object]:
    """Return the greeting, and where the receipt of this invocation is."""
    return _answer(HTTPStatus.OK, {"message": "Hello from Lambda!", "bucket": bucket, "receipt": key})


def failure() -> Mapping[str, object]:
    """Return that the bucket can't be used. What exactly went wrong is for the log, not for the caller."""
    return _answer(HTTPStatus.BAD_GATEWAY, {"message": "The bucket can't be used; the function's log says why."})


def _answer(status: HTTPStatus, body: Mapping[str, str]) -> Mapping[str, object]:
    return {"statusCode": status.value, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
