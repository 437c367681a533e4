from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.unit.actions.stand_ins import Service, client_error
from tests.unit.codepipeline.records import ACCOUNT, configuration
from tests.unit.engine.samples import REGION

from cdk_rehearsal.codepipeline import function_output
from cdk_rehearsal.codepipeline.function_output import follow_output


def event(stream: str, message: str) -> dict[str, str]:
    return {"logStreamName": stream, "message": message}


def follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *pages: Any, settings: Any = None
) -> tuple[Any, dict[str, Service]]:
    services = {
        "logs": Service({"filter_log_events": list(pages)}),
        "lambda": Service({"get_function_configuration": [settings or {}]}),
    }
    monkeypatch.setattr(function_output, "client", lambda service, **_: services[service])
    return follow_output(configuration(tmp_path), account=ACCOUNT, region=REGION, function="check"), services


def test_each_line_is_answered_once_whichever_run_of_the_function_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {"events": [event("a", "same\n"), event("b", "other")]}
    second = {"events": [event("a", "same\n"), event("b", "other"), event("a", "same"), event("c", "last")]}
    lines, services = follow(tmp_path, monkeypatch, first, second)
    assert lines() == ["same", "other"]
    assert lines() == ["same", "last"]
    assert lines() == []
    assert services["logs"].calls[0][1]["logGroupName"] == "/aws/lambda/check"


def test_a_function_may_write_to_a_group_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"LoggingConfig": {"LogGroup": "own"}}
    lines, services = follow(tmp_path, monkeypatch, {"events": []}, settings=settings)
    assert lines() == []
    assert services["logs"].calls[0][1]["logGroupName"] == "own"


def test_nothing_written_is_no_error_but_anything_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing, broken = client_error("ResourceNotFoundException", "no group"), client_error("InternalError", "broken")
    lines, _ = follow(tmp_path, monkeypatch, missing, broken)
    assert lines() == []
    with pytest.raises(ClientError, match="broken"):
        lines()
