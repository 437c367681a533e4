import json
from pathlib import Path

from cdk_rehearsal.door.refusals import Refusals, summary


def test_refusals_are_written_and_counted_by_host(tmp_path: Path) -> None:
    path = tmp_path / "refused.json"
    refusals = Refusals(path, lambda: 1.23456)
    for host in ("b.example", "a.example", "b.example"):
        refusals.record(host, 443)
    assert json.loads(path.read_text().splitlines()[0]) == {"time": 1.235, "host": "b.example", "port": 443}
    assert summary(path) == ["a.example (1 time)", "b.example (2 times)"]


def test_rehearsal_without_refusals_has_no_summary(tmp_path: Path) -> None:
    assert summary(tmp_path / "refused.json") == []
