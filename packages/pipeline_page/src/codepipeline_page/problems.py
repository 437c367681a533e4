"""Errors as one line that a person can read."""

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from starlette.responses import JSONResponse

AWS_ERRORS = (BotoCoreError, ClientError)


class PageError(Exception):
    """The page cannot show or do what was asked. The message is one line for its reader."""


def explain(error: Exception) -> str:
    """Return one line for an error of botocore."""
    if isinstance(error, ClientError):
        details = error.response["Error"]
        line = f"{error.operation_name}: {details.get('Message') or details['Code']} ({details['Code']})"
    elif isinstance(error, EndpointConnectionError):
        line = f"{error.kwargs['endpoint_url']}: no answer; the page retries by itself"
    elif isinstance(error, NoCredentialsError):
        line = "AWS credentials: none found; start the page with credentials of the pipeline's account"
    elif isinstance(error, NoRegionError):
        line = "--region: missing; name the pipeline's Region"
    else:
        line = str(error)
    return " ".join(line.split())


def code(error: ClientError) -> str:
    """Return the error's code."""
    return str(error.response["Error"]["Code"])


def problem(status: int, text: str, **headers: str) -> JSONResponse:
    """Return a response that reports a problem in one line."""
    return JSONResponse({"problem": text}, status, headers)
