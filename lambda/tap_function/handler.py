"""The entry point: parse, call, map."""

import os
from collections.abc import Mapping
from typing import Protocol

from tap_function import answers, storage
from tap_function.logs import log
from tap_function.receipts import receipt


class Context(Protocol):
    """The part of Lambda's context object that is used here."""

    aws_request_id: str


def handler(_event: object, context: Context) -> Mapping[str, object]:
    """Say hello, having written a receipt to the bucket and read it back.

    Reads ``BUCKET_NAME`` and ``RECEIPT_KEY`` (the key of the receipt) from the environment.
    """
    bucket, key = os.environ["BUCKET_NAME"], os.environ["RECEIPT_KEY"]
    log("INFO", "Lambda function invoked", request_id=context.aws_request_id, bucket=bucket)
    try:
        storage.write_and_read_back(bucket=bucket, key=key, body=receipt(request_id=context.aws_request_id))
    except storage.StorageError as error:
        log("ERROR", str(error), request_id=context.aws_request_id, bucket=bucket)
        return answers.failure()
    log("INFO", "Receipt written and read back", request_id=context.aws_request_id, bucket=bucket, key=key)
    return answers.hello(bucket=bucket, key=key)
