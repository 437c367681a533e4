from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from cdk_rehearsal.codebuild.cloud.logs import BATCH, EVENTS_A_CALL, HEAD, TAIL, LogStream
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.plan import Logs
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import account_root

FILE = Path("/state/builds/app-uuid.log")
NAMES = {"logGroupName": "group", "logStreamName": "prefix/uuid"}


def made() -> tuple[Any, Stubber]:
    logs = client(
        "logs", endpoint="http://127.0.0.1:9", region="us-east-1", credentials=account_root("111111111111", "unused")
    )
    return logs, Stubber(logs)


def opened(logs: Any, stub: Stubber) -> LogStream:
    stub.add_response("create_log_stream", {}, NAMES)
    return LogStream(Logs(group="group", prefix="prefix"), build_uuid="uuid", client=logs, file=FILE)


def events(*messages: str) -> dict[str, Any]:
    return {**NAMES, "logEvents": [{"timestamp": ANY, "message": message} for message in messages]}


def test_a_group_is_made_where_there_is_none() -> None:
    logs, stub = made()
    stub.add_client_error("create_log_stream", "ResourceNotFoundException", "no group")
    stub.add_response("create_log_group", {}, {"logGroupName": "group"})
    with stub:
        opened(logs, stub)
    stub.assert_no_pending_responses()


def test_a_role_that_may_not_log_fails_the_build() -> None:
    logs, stub = made()
    stub.add_client_error("create_log_stream", "AccessDeniedException", "not authorized")
    with stub, pytest.raises(BuildError, match="not authorized") as caught:
        LogStream(Logs(group="group", prefix=""), build_uuid="uuid", client=logs, file=FILE)
    assert caught.value.code == "ACCESS_DENIED"


def test_lines_are_sent_as_events_without_empty_ones() -> None:
    logs, stub = made()
    with stub:
        stream = opened(logs, stub)
        stream(b"one\n\ntwo\n")
        stub.add_response("put_log_events", {}, events("one", "two"))
        assert stream.flush() == []
        assert stream.flush() == []
    stub.assert_no_pending_responses()


def test_lines_are_sent_as_they_come_but_not_more_often_than_once_a_second() -> None:
    logs, stub = made()
    time = [0.0]
    with stub:
        stub.add_response("create_log_stream", {}, NAMES)
        stream = LogStream(
            Logs(group="group", prefix="prefix"), build_uuid="uuid", client=logs, file=FILE, now=lambda: time[0]
        )
        time[0] = 0.9
        stream(b"one\n")
        stub.add_response("put_log_events", {}, events("one", "two"))
        time[0] = 1.0
        stream(b"two\n")
        stub.assert_no_pending_responses()
        time[0] = 1.9
        stream(b"three\n")


def test_many_lines_are_sent_in_several_calls() -> None:
    logs, stub = made()
    with stub:
        stream = opened(logs, stub)
        stream(b"x\n" * (EVENTS_A_CALL + 1))
        stub.add_response("put_log_events", {}, events(*["x"] * EVENTS_A_CALL))
        stub.add_response("put_log_events", {}, events("x"))
        assert stream.flush() == []
    stub.assert_no_pending_responses()


def test_a_lot_is_sent_before_the_phase_ends() -> None:
    logs, stub = made()
    with stub:
        stream = opened(logs, stub)
        stub.add_response("put_log_events", {}, {**NAMES, "logEvents": ANY})
        stream(b"x" * 1000 * (BATCH // 1000 + 1) + b"\n")
    stub.assert_no_pending_responses()


def test_stream_of_a_noisy_build_has_its_head_and_tail_and_the_path_of_the_rest() -> None:
    logs, stub = made()
    head, middle, tail = "h" * (HEAD - 1), "m" * 1000, "t" * (TAIL // 2)
    with stub:
        stream = opened(logs, stub)
        stub.add_response("put_log_events", {}, events(head))
        stream(f"{head}\n".encode())
        for line in (middle, middle, tail, tail):
            stream(f"{line}\n".encode())
        assert stream.flush() == []
        omitted = "... 2 lines omitted; the full log is /state/builds/app-uuid.log"
        stub.add_response("put_log_events", {}, events(omitted, tail, tail))
        stream.close()
    stub.assert_no_pending_responses()


def test_stream_slightly_over_its_head_omits_nothing() -> None:
    logs, stub = made()
    with stub:
        stream = opened(logs, stub)
        stub.add_response("put_log_events", {}, events("h" * (HEAD - 1)))
        stream(b"h" * (HEAD - 1) + b"\nlast\n")
        assert stream.flush() == []
        stub.add_response("put_log_events", {}, events("last"))
        stream.close()
    stub.assert_no_pending_responses()


def test_a_refused_event_is_told_once_and_the_stream_ends() -> None:
    logs, stub = made()
    with stub:
        stream = opened(logs, stub)
        stream(b"one\n")
        stub.add_client_error("put_log_events", "AccessDeniedException", "not yours")
        (problem,) = stream.flush()
        assert "not yours" in problem
        stream(b"two\n")
        assert stream.flush() == []
    stub.assert_no_pending_responses()
