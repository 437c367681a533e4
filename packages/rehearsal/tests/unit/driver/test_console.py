import io
import time
from dataclasses import replace

from rich.console import Console
from tests.unit.driver.test_follow import WAITS, run

from cdk_rehearsal.driver.console import Progress, took
from cdk_rehearsal.driver.pipeline_api import WaitingRule


def shown(*, terminal: bool) -> tuple[Progress, io.StringIO]:
    output = io.StringIO()
    return Progress(Console(file=output, force_terminal=terminal, width=120, no_color=True)), output


def test_without_a_terminal_each_start_and_end_is_a_line() -> None:
    progress, output = shown(terminal=False)
    with progress.shown():
        progress.execution("one")
        progress.progress([run("Build", "InProgress")])
        progress.progress([run("Build", "InProgress")])
        progress.progress([run("Build"), run("Check", "Failed")])
        progress.progress([run("Build"), run("Check", "Failed")])
        with progress.hidden():
            output.write("asked\n")
    assert output.getvalue().splitlines() == [
        "execution one",
        "  … Stage · Build",
        "  ✓ Stage · Build 2.0 s",
        "  ✗ Stage · Check 2.0 s",
        "asked",
    ]


def test_a_restart_is_said_to_be_one() -> None:
    progress, output = shown(terminal=False)
    progress.execution("one")
    progress.progress([run("SelfMutate")])
    progress.execution("two")
    assert output.getvalue().endswith("execution two (the pipeline updated itself and restarted)\n")


def test_on_a_terminal_what_runs_is_shown_with_what_it_waits_for() -> None:
    progress, output = shown(terminal=True)
    with progress.shown():
        progress.progress([replace(run("Build", "InProgress"), summary="phase BUILD"), WAITS])
        time.sleep(0.3)
        with progress.hidden():
            output.write("asked")
        progress.progress([run("Build"), WAITS])
    text = output.getvalue()
    assert "Stage · Build" in text
    assert "waits for Provider, phase BUILD" in text
    assert "Stage · Approve" in text
    assert "waits for approval" in text
    assert "✓ Stage · Build" in text
    assert "asked" in text


def test_a_step_is_shown_with_its_time() -> None:
    for terminal in (False, True):
        progress, output = shown(terminal=terminal)
        with progress.step("cdk synth"):
            pass
        assert "✓ cdk synth" in output.getvalue()


def test_times_read_as_people_say_them() -> None:
    assert took(5.04) == "[dim]5.0 s[/]"
    assert took(125) == "[dim]2 min 5 s[/]"


def test_a_rule_that_holds_a_delivery_up_is_shown_with_what_lets_it_pass() -> None:
    progress, output = shown(terminal=False)
    progress.held_up(
        WaitingRule(stage="Gate", rule="Window", summary="Waits for [9-17]", condition="BEFORE_ENTRY"),
        "one",
        "delivery",
    )
    progress.held_up(WaitingRule(stage="Gate", rule="Alarm", summary="Watches", condition=""), "one", "delivery")
    names = "--pipeline-name delivery --stage-name Gate --pipeline-execution-id one --condition-type BEFORE_ENTRY"
    assert output.getvalue().splitlines() == [
        "  … Gate · Window: Waits for [9-17]",
        f"    override:  aws codepipeline override-stage-condition {names}",
        "  … Gate · Alarm: Watches",
    ]
