"""What a function writes into its log group, for people who follow the action that calls it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig


def follow_output(config: EmulatorConfig, *, account: str, region: str, function: str) -> Callable[[], list[str]]:
    """Return what answers the lines that any run of the function has written since it was asked last, or since now.

    They are read with the account's own credentials: a person may look at them, whatever the pipeline's role may.
    """
    logs, functions = (
        client(service, endpoint=config.endpoint, region=region, credentials=config.root(account))
        for service in ("logs", "lambda")
    )
    since = int(time.time() * 1000)
    read: Counter[str] = Counter()

    def events() -> Iterator[tuple[str, str]]:
        try:
            configuration = functions.get_function_configuration(FunctionName=function)
            group = configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}"
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
                yield from ((event["logStreamName"], event["message"].rstrip()) for event in page["events"])
        except ClientError as refused:
            # Neither a function that is not there nor a group that nothing was written to is this reader's affair.
            if refused.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def new_lines() -> list[str]:
        passed: Counter[str] = Counter()
        new = []
        for stream, line in events():
            passed[stream] += 1
            if passed[stream] > read[stream]:
                new.append(line)
        read.update(passed - read)
        return new

    return new_lines
