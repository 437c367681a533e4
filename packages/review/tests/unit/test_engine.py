"""The CDK's engine is asked once for all stacks, and what goes wrong with it is one clear line."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from cdk_review.comparing import engine
from cdk_review.errors import ReviewError

PAIR: tuple[dict[str, Any], dict[str, Any]] = ({"Resources": {}}, {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}})


@pytest.fixture(autouse=True)
def lasting_engine() -> None:
    """Here every comparison starts a process, as outside of tests."""


def test_equal_templates_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    assert engine.compare({"A": (PAIR[0], PAIR[0])}) == engine.Comparison()


def test_all_pairs_share_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    run, started = subprocess.run, []

    def counted(*arguments: Any, **more: Any) -> Any:
        started.append(arguments)
        return run(*arguments, **more)

    monkeypatch.setattr(subprocess, "run", counted)
    comparison = engine.compare({f"S{number}": PAIR for number in range(5)})
    assert len(comparison.differences) == 5
    assert len(started) == 1


def test_the_engine_knows_what_holds_data() -> None:
    stateful = engine.compare({"A": PAIR}).stateful
    assert {"AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::KMS::Key", "AWS::Logs::LogGroup"} <= stateful
    assert "AWS::SNS::Topic" not in stateful


def test_a_missing_node_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReviewError, match="node is not on PATH"):
        engine.compare({"A": PAIR})


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("throw new Error('no such module')", r"failed \(Error: no such module\); run `make setup`"),
        ("process.exit(3)", r"failed \(3\); run `make setup`"),
        ("console.log('{}}')", "answered in a new form"),
        ('console.log(\'{"stateful": [], "differences": {"A": {"more": 1}}}\')', "answered in a new form"),
        ("setTimeout(() => {}, 60000)", "took more than 0.5 s"),
    ],
)
def test_an_engine_that_fails_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, said: str
) -> None:
    file = tmp_path / "engine.cjs"
    file.write_text(script)
    monkeypatch.setattr(engine, "SCRIPT", file)
    if "setTimeout" in script:
        monkeypatch.setattr(engine, "LIMIT_S", 0.5)
    with pytest.raises(ReviewError, match=said) as raised:
        engine.compare({"A": PAIR})
    assert "\n" not in str(raised.value)
