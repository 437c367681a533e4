"""What the caller hears."""

import json
from collections.abc import Mapping
from http import HTTPStatus

Results = Mapping[str, Mapping[str, str]]
"""What came of each check by its name: its ``result``, passed or failed, and what it found."""

PASSED, FAILED = "passed", "failed"


def report(*, bucket: str, results: Results) -> Mapping[str, object]:
    """Return the greeting with each check's result, or, if one failed, which.

    What exactly went wrong is for the log, not for the caller.
    """
    failed = [name for name, result in results.items() if result["result"] == FAILED]
    if failed:
        message = f"Failed: {', '.join(failed)}; the function's log says why."
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {"message": message, "checks": results})
    return _answer(HTTPStatus.OK, {"message": "Hello from Lambda!", "bucket": bucket, "checks": results})


def not_understood(reason: str) -> Mapping[str, object]:
    """Return that the event is none that the function understands; ``reason`` says what it would understand."""
    return _answer(HTTPStatus.BAD_REQUEST, {"message": f"The event is not understood: {reason}."})


def _answer(status: HTTPStatus, body: Mapping[str, object]) -> Mapping[str, object]:
    return {"statusCode": status.value, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
