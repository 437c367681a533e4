"""The entry point: parse, call, map."""

import os
from collections.abc import Mapping
from typing import Protocol

from tap_function import answers, events
from tap_function.checks import Check, checks
from tap_function.failures import CheckFailedError
from tap_function.logs import log


class Context(Protocol):
    """The part of Lambda's context object that is used here."""

    aws_request_id: str


def handler(event: object, context: Context) -> Mapping[str, object]:
    """Say hello, having run the checks that ``event`` asks for.

    Answers 200 with each check's result, 503 with the name of one that failed, or 400 for an event that is not
    understood. The environment is described at :func:`tap_function.checks.checks`.
    """
    about = {"request_id": context.aws_request_id, "bucket": os.environ["BUCKET_NAME"]}
    log("INFO", "Lambda function invoked", **about)
    try:
        names = events.asked(event)
    except events.EventError as error:
        log("ERROR", "Event not understood", **about)
        return answers.not_understood(str(error))
    known = checks(os.environ, request_id=context.aws_request_id)
    results = {name: _result(name, known[name], about) for name in names}
    return answers.report(bucket=about["bucket"], results=results)


def _result(name: str, check: Check, about: Mapping[str, str]) -> Mapping[str, str]:
    try:
        found = check()
    except CheckFailedError as error:
        log("ERROR", "Check failed", check=name, reason=str(error), **about)
    except Exception as error:  # noqa: BLE001 - what escapes, Lambda answers and logs with its stack trace
        log("ERROR", "Check failed", check=name, reason=f"unexpected {type(error).__name__}", **about)
    else:
        log("INFO", "Check passed", check=name, **about, **found)
        return {"result": answers.PASSED, **found}
    return {"result": answers.FAILED}
