import itertools

from cdk_rehearsal.codebuild.record import Record, lost
from cdk_rehearsal.emulator.contracts import Json


def recorded() -> tuple[Record, list[Json]]:
    published: list[Json] = []
    clock = itertools.count(100)
    return Record({"id": "b:1"}, published.append, lambda: float(next(clock))), published


def test_a_build_is_submitted_when_its_record_begins() -> None:
    record, published = recorded()
    assert published[-1] == record.state
    assert record.state["buildStatus"] == "IN_PROGRESS"
    assert record.state["buildComplete"] is False
    assert record.state["phases"] == [
        {
            "phaseType": "SUBMITTED",
            "phaseStatus": "SUCCEEDED",
            "startTime": 100.0,
            "endTime": 101.0,
            "durationInSeconds": 1,
        }
    ]


def test_a_failed_phase_tells_code_and_message() -> None:
    record, published = recorded()
    record.begin("BUILD")
    assert published[-1]["currentPhase"] == "BUILD"
    assert record.end("FAILED", "COMMAND_EXECUTION_ERROR", "it broke") == 1.0
    phase = published[-1]["phases"][-1]
    assert (phase["phaseType"], phase["phaseStatus"]) == ("BUILD", "FAILED")
    assert phase["contexts"] == [{"statusCode": "COMMAND_EXECUTION_ERROR", "message": "it broke"}]


def test_what_was_published_never_changes_again() -> None:
    record, published = recorded()
    before = published[-1]
    kept = [dict(phase) for phase in before["phases"]]
    record.begin("BUILD")
    assert before["phases"] == kept


def test_a_complete_build_has_an_end() -> None:
    record, published = recorded()
    record.set(resolvedSourceVersion="abc")
    record.complete("SUCCEEDED")
    build = published[-1]
    assert (build["buildStatus"], build["buildComplete"], build["currentPhase"]) == ("SUCCEEDED", True, "COMPLETED")
    assert build["phases"][-1]["phaseType"] == "COMPLETED"
    assert build["resolvedSourceVersion"] == "abc"
    assert build["endTime"] > build["phases"][0]["endTime"]


def test_a_fault_closes_the_phase_that_is_open_and_no_other() -> None:
    record, published = recorded()
    record.fault("too late")
    assert published[-1]["phases"][-1]["phaseStatus"] == "SUCCEEDED"
    record.begin("BUILD")
    record.fault("no space left")
    assert published[-1]["phases"][-1]["phaseStatus"] == "FAULT"
    assert published[-1]["phases"][-1]["contexts"][0]["message"] == "no space left"


def test_a_build_whose_emulator_was_killed_is_closed_as_a_fault() -> None:
    record, _ = recorded()
    record.begin("BUILD")
    running = record.state
    closed = lost(running, 500.0)
    assert (closed["buildStatus"], closed["buildComplete"], closed["endTime"]) == ("FAULT", True, 500.0)
    assert [phase.get("phaseStatus") for phase in closed["phases"]] == ["SUCCEEDED", "FAULT", None]
    assert "emulator ended" in closed["phases"][1]["contexts"][0]["message"]
    assert "phaseStatus" not in running["phases"][1]
