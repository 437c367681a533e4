"""The benchmark of pipelines runs what it says, and does not take a failure for a time."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import pipelines

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_pipeline_of_each_size_is_carried_to_its_end_and_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelines, "SECONDS", tmp_path / "seconds" / "pipelines.json")
    assert pipelines.main(1, 2) == 0
    assert pipelines.seconds(1) > 0
    assert pipelines.seconds(2) > 0


def test_a_pipeline_that_fails_or_never_ends_is_no_time() -> None:
    class CodePipeline:
        def list_pipeline_executions(self, **_: str) -> dict[str, Any]:
            return {"pipelineExecutionSummaries": [{"status": "Failed"}]}

    with pytest.raises(SystemExit, match="the pipeline three ended as Failed"):
        pipelines._ended(CodePipeline(), "three")
    with pytest.raises(SystemExit, match="nothing within 0 s"):
        pipelines._wait(lambda: False, patience=0)
