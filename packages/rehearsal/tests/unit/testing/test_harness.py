import subprocess
import sys

import pytest

from cdk_rehearsal.testing import harness
from cdk_rehearsal.testing.harness import ended, wait_for_answer

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_setup_that_fails_leaves_no_process() -> None:
    process = subprocess.Popen(SLEEP)
    with pytest.raises(TimeoutError), ended(process):
        raise TimeoutError
    assert process.returncode is not None


def test_process_that_does_not_stop_in_order_is_killed() -> None:
    process = subprocess.Popen(SLEEP)
    with pytest.raises(AssertionError), ended(process):
        pass
    assert process.returncode is not None


def test_waiting_ends_with_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "answers", lambda _port: False)
    process = subprocess.Popen(["false"])
    with pytest.raises(AssertionError, match="the process ended with exit code 1 before it listened"):
        wait_for_answer(process, 1)
