from typing import Any

import pytest
from tests.unit.shop import (
    BUILD,
    PIPELINE,
    PROD,
    SYNTH,
    WAITS,
    Shop,
    at,
    execution,
    inside,
    ran,
    stage,
    state,
)

from codepipeline_page.history import history
from codepipeline_page.overview import overview
from codepipeline_page.problems import PageError
from codepipeline_page.runs import readable


def test_overview_shows_open_approval_with_its_token() -> None:
    shop = Shop()
    shop.defines(BUILD, PROD, executionMode="SUPERSEDED")
    shop.stands(state("Build", {"actionName": "Synth"}), state("Prod", WAITS, **inside("one", "InProgress")))
    shop.lists(execution())
    shop.ran(SYNTH, ran("Prod", "Approve", "InProgress", provider="Manual", start=3))
    seen = overview(shop("codepipeline"), PIPELINE, None)
    (asked,) = seen.approvals
    assert (asked.stage, asked.action, asked.execution, asked.token) == ("Prod", "Approve", "one", "the-token")
    assert (asked.since, asked.data, asked.link) == (at(3).timestamp(), "Look twice", "https://example.com/")
    build, prod = seen.stages
    assert (build.status, prod.status) == ("Succeeded", "InProgress")
    assert [(each.name, each.status, each.waits) for each in prod.actions] == [
        ("Approve", "InProgress", "waiting for approval"),
        ("Prepare", "Waiting", "after Approve"),
        ("Deploy", "Waiting", "after Prepare"),
    ]
    assert (build.deploys, prod.deploys) == (False, True)
    assert build.actions[0].started == at(0).timestamp()
    assert build.actions[0].ended == at(2).timestamp()
    assert prod.actions[0].ended is None
    assert (seen.version, seen.mode, seen.execution) == (3, "SUPERSEDED", "one")
    (told,) = seen.executions
    assert (told.commit, told.message, told.trigger) == ("c0ffee", "Change a thing", "WebhookV2")


def test_stages_are_not_reached_before_the_first_execution() -> None:
    shop = Shop()
    shop.defines(BUILD, PROD)
    shop.stands(state("Build"), state("Prod"))
    shop.lists()
    seen = overview(shop("codepipeline"), PIPELINE, None)
    assert (seen.execution, {each.status for each in seen.stages}) == (None, {"NotReached"})


def test_stage_names_pending_entry_rules_and_skips() -> None:
    shop = Shop()

    def rule(name: str, status: str, **more: str) -> dict[str, Any]:
        return {"ruleName": name, "latestExecution": {"status": status, **more}}

    rules = [rule("Window", "InProgress", summary="Waits"), rule("Done", "Succeeded"), rule("Job", "InProgress")]
    for prod in (
        state(
            "Prod",
            **inside("two", "InProgress"),
            beforeEntryConditionState={"conditionStates": [{"ruleStates": rules}]},
        ),
        state("Prod", **inside("two", "InProgress")),
        state("Prod", **inside("two", "Skipped")),
    ):
        shop.defines(BUILD, PROD)
        shop.stands(state("Build"), prod)
        shop.lists(execution("two"))
        shop.ran(ran("Build", "Synth", execution_="two"), execution="two")
    waits = [overview(shop("codepipeline"), PIPELINE, None).stages[1].waits for _ in range(3)]
    assert waits == ["rule Window: Waits; rule Job: being checked", "", "skipped: its entry condition was not met"]


def test_stage_names_what_it_waits_for() -> None:
    shop = Shop()
    behind = {
        "inboundExecutions": [{"pipelineExecutionId": "two", "status": "InProgress"}],
        **inside("one-that-is-in", "InProgress"),
    }
    for prod in (
        state("Prod", **behind),
        state("Prod", **behind) | {"inboundTransitionState": {"enabled": False, "disabledReason": "a holiday"}},
        state("Prod"),
    ):
        shop.defines(BUILD, PROD)
        shop.stands(state("Build"), prod)
        shop.lists(execution("two"))
        shop.ran(ran("Build", "Synth", execution_="two"), execution="two")
    waits = [overview(shop("codepipeline"), PIPELINE, None).stages[1] for _ in range(3)]
    assert [each.waits for each in waits] == [
        "until execution one-that leaves the stage",
        "transition disabled: a holiday",
        "after Build",
    ]
    assert waits[2].actions[0].waits == "after Build"


def test_first_stage_waits_for_nothing() -> None:
    shop = Shop()
    shop.defines(BUILD)
    shop.stands(state("Build"))
    shop.lists(execution())
    shop.ran()
    (build,) = overview(shop("codepipeline"), PIPELINE, None).stages
    assert (build.status, build.waits) == ("Waiting", "")


def test_failed_stage_has_error_and_can_be_retried() -> None:
    shop = Shop()
    failed = ran("Build", "Synth", "Failed", errorDetails={"message": "Phase BUILD failed"})
    for inner in ("Failed", "InProgress"):
        shop.defines(BUILD, PROD)
        shop.stands(state("Build", **inside("one", inner)), state("Prod"))
        shop.lists(execution(status="Failed"))
        shop.ran(failed)
    first, second = (overview(shop("codepipeline"), PIPELINE, None).stages for _ in range(2))
    assert (first[0].status, first[0].retry, first[0].actions[0].error) == ("Failed", True, "Phase BUILD failed")
    assert (first[1].status, first[1].waits, first[1].retry) == ("NotReached", "", False)
    assert second[0].retry is False


def test_stage_is_running_between_actions_and_abandoned_after_stop() -> None:
    shop = Shop()
    approved = ran("Prod", "Approve", provider="Manual", start=3)
    for status in ("InProgress", "Stopped"):
        shop.defines(BUILD, PROD)
        shop.stands(state("Build"), state("Prod"))
        shop.lists(execution(status=status, statusSummary="", stopTrigger={"reason": "not now"}))
        shop.ran(SYNTH, approved)
    running, stopped = (overview(shop("codepipeline"), PIPELINE, None) for _ in range(2))
    assert (running.stages[1].status, stopped.stages[1].status) == ("InProgress", "Abandoned")
    assert stopped.executions[0].summary == "not now"


def test_older_execution_shows_actions_removed_from_the_pipeline() -> None:
    shop = Shop()
    for runs in ([SYNTH, ran("Build", "Lint", start=1), ran("Build", "Synth", start=4)], None):
        shop.defines(BUILD)
        shop.stands(state("Build"))
        shop.lists(execution("new"))
        shop.lists(execution("new"), execution("one", "Succeeded"))
        if runs:
            shop.ran(*runs)
    seen = overview(shop("codepipeline"), PIPELINE, "one")
    assert seen.execution == "one"
    synth, lint = seen.stages[0].actions
    assert synth.started == at(4).timestamp()
    assert (lint.name, lint.waits) == ("Lint", "no longer in the pipeline")
    client = shop("codepipeline")
    with pytest.raises(PageError, match=r"^delivery: no execution none; choose one from the list$"):
        overview(client, PIPELINE, "none")


def test_listed_execution_is_found_without_paging() -> None:
    shop = Shop()
    shop.defines(BUILD)
    shop.stands(state("Build"))
    shop.lists(execution("new"), execution("one", "Succeeded"))
    shop.ran(SYNTH)
    assert overview(shop("codepipeline"), PIPELINE, "one").stages[0].status == "Succeeded"
    shop.everything_was_asked()


@pytest.mark.parametrize(
    ("summary", "told"),
    [("plain", "plain"), ('{"ProviderType": "GitHub", "CommitMessage": "Mend"}', "Mend"), ("{}", "{}"), ("[1]", "[1]")],
)
def test_readable_returns_commit_message_of_source_summary(summary: str, told: str) -> None:
    assert readable(summary) == told


def test_history_lists_result_and_duration_per_stage() -> None:
    shop = Shop()
    shop.defines(BUILD, PROD, stage("Last", *PROD["actions"]))
    shop.lists(execution("two"), execution("one", "Failed"))
    approve = ran("Prod", "Approve", "InProgress", provider="Manual", start=5, execution_="two")
    shop.ran(ran("Build", "Synth", end=4, execution_="two"), approve, execution="two")
    shop.ran(ran("Build", "Synth", "Failed"), ran("Build", "Synth", start=5, end=7), ran("Prod", "Approve", "Stopped"))
    told = history(shop("codepipeline"), PIPELINE)
    assert told.stages == ("Build", "Prod", "Last")
    two, one = told.executions
    assert [(each.stage, each.status, each.seconds) for each in two.passages] == [
        ("Build", "Succeeded", 4.0),
        ("Prod", "InProgress", None),
    ]
    assert [(each.stage, each.status, each.seconds) for each in one.passages] == [
        ("Build", "Succeeded", 7.0),
        ("Prod", "Stopped", 2.0),
    ]


@pytest.mark.parametrize(
    ("status", "by", "result", "expected"),
    [
        (
            "Failed",
            "arn:aws:sts::111111111111:assumed-role/Admin/alice",
            {"externalExecutionSummary": "not now"},
            ("rejected", "alice", "not now"),
        ),
        (
            "Failed",
            "arn:aws:iam::111111111111:root",
            {"errorDetails": {"message": "not now"}},
            ("rejected", "root", "not now"),
        ),
        ("Succeeded", "arn:aws:iam::111111111111:user/team/bob", {}, ("approved", "bob", "")),
        ("Failed", "", {"errorDetails": {"message": "timed out"}}, ("", "", "")),
        ("InProgress", "arn:aws:iam::111111111111:user/bob", {}, ("", "", "")),
    ],
)
def test_answered_approval_names_who_decided_and_why(
    status: str, by: str, result: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    shop = Shop()
    shop.defines(BUILD, PROD)
    shop.stands(state("Build"), state("Prod"))
    shop.lists(execution(status="Failed"))
    shop.ran(SYNTH, ran("Prod", "Approve", status, provider="Manual", start=3, **result) | {"updatedBy": by})
    approve = overview(shop("codepipeline"), PIPELINE, None).stages[1].actions[0]
    assert (approve.decision, approve.by, approve.comment) == expected
    assert approve.by_arn == (by if approve.decision else "")
