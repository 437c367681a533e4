"""How the function talks to AWS: for how long, and how it retells a refusal."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# A call with all its attempts ends after 9 seconds, and all calls and sessions of one invocation before the
# function's time is over, so that a silent service is told as such. A test does the sum.
PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})


@cache
def client(service: str) -> Any:
    """Return the client of ``service``, kept between invocations as Lambda keeps the process."""
    return boto3.client(service, config=PATIENCE)


def said(error: BotoCoreError | ClientError) -> str:
    """Return what ``error`` is, in its code alone: ``GetObject: AccessDenied``, ``ReadTimeoutError``."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response.get('Error', {}).get('Code', 'without a code')}"
    return type(error).__name__
