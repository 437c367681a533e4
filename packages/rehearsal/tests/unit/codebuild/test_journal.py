from pathlib import Path

import pytest

from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.journal import Journal
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.record import Record


class Notes:
    """A journal with what it writes to."""

    def __init__(self, folder: Path) -> None:
        self.record = Record({"id": "b:1"}, lambda _state: None)
        self.output = Output(folder / "b.log")
        self.journal = Journal(self.record, self.output)
        self.path = folder / "b.log"

    def last(self) -> tuple[str, str]:
        phase = self.record.state["phases"][-1]
        return phase["phaseType"], phase["phaseStatus"]


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path)


def test_a_phase_succeeds_unless_it_raises(notes: Notes) -> None:
    with notes.output, notes.journal.phase("BUILD"):
        pass
    assert notes.last() == ("BUILD", "SUCCEEDED")
    assert "Phase complete: BUILD State: SUCCEEDED (0.0 s)" in notes.path.read_text()


def test_a_phase_that_raises_tells_why_and_passes_it_on(notes: Notes) -> None:
    with notes.output, pytest.raises(BuildError), notes.journal.phase("BUILD"):
        raise BuildError("CLIENT_ERROR", "no room")
    assert notes.last() == ("BUILD", "FAILED")
    assert "Phase context status code: CLIENT_ERROR Message: no room" in notes.path.read_text()


def test_what_is_to_be_said_after_a_phase_is_said(notes: Notes) -> None:
    notes.journal.after_phases(lambda: ["flushed"])
    with notes.output, notes.journal.phase("BUILD"):
        pass
    assert notes.path.read_text().splitlines()[-1].endswith(" flushed")


def test_an_interruption_closes_the_open_phase_alone(notes: Notes) -> None:
    with notes.output:
        notes.journal.begin("BUILD")
        notes.journal.interrupt("STOPPED")
        assert notes.last() == ("BUILD", "STOPPED")
        notes.journal.interrupt("TIMED_OUT")
    assert notes.last() == ("BUILD", "STOPPED")
