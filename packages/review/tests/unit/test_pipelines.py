"""A reviewer sees how the way to prod changes: its stages, its actions, and what differs in them."""

from pathlib import Path
from typing import Any

from tests.unit.comparing import STACK, reviewed

from cdk_review.model.deployment import Pipeline
from delivery_testing.assemblies import resource, template


def action(name: str, order: int | None = 1, provider: str = "CodeBuild", **configuration: Any) -> dict[str, Any]:
    type_ = {"Category": "Build", "Owner": "AWS", "Provider": provider, "Version": "1"}
    ordered = {} if order is None else {"RunOrder": order}
    return {"Name": name, "ActionTypeId": type_, "Configuration": configuration, **ordered}


def stages(**actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"Name": name, "Actions": found} for name, found in actions.items()]


def pipeline(found: list[dict[str, Any]], **properties: Any) -> dict[str, Any]:
    properties = {"Stages": found, **properties}
    return template(P=resource("AWS::CodePipeline::Pipeline", f"{STACK}/Pipeline/Resource", properties))


def compared(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> tuple[Pipeline, ...]:
    return reviewed(folder, before, after).pipelines


def marks(found: Pipeline) -> dict[str, str | None]:
    return {
        **{stage.name: stage.change for stage in found.stages},
        **{f"{stage.name}/{item.name}": item.change for stage in found.stages for item in stage.actions},
    }


def test_a_pipeline_that_stays_is_not_shown(tmp_path: Path) -> None:
    same = pipeline(stages(Source=[action("Source")]))
    assert compared(tmp_path / "same", same, same) == ()
    renamed = pipeline(stages(Source=[action("Source")]), Name="other")
    assert compared(tmp_path / "renamed", same, renamed) == ()


def test_what_comes_goes_and_changes_is_marked_in_its_place(tmp_path: Path) -> None:
    before = pipeline(
        stages(
            Source=[action("Source")],
            Dev=[action("Prepare"), action("Deploy", 2), action("Check", 3)],
            Gate=[action("Approve")],
            Prod=[action("Deploy", StackName="a")],
        )
    )
    after = pipeline(
        stages(
            Source=[action("Source")],
            Dev=[action("Smoke", 4), action("Prepare"), action("Deploy", 2)],
            Prod=[action("Deploy", StackName="b", RoleArn="r")],
            Extra=[action("More", None)],
        )
    )
    (found,) = compared(tmp_path, before, after)
    assert found.change == "changed"
    assert [stage.name for stage in found.stages] == ["Source", "Dev", "Gate", "Prod", "Extra"]
    assert [item.name for item in found.stages[1].actions] == ["Prepare", "Deploy", "Check", "Smoke"]
    assert {name: mark for name, mark in marks(found).items() if mark} == {
        "Dev": "changed",
        "Dev/Smoke": "added",
        "Dev/Check": "removed",
        "Gate": "removed",
        "Gate/Approve": "removed",
        "Prod": "changed",
        "Prod/Deploy": "changed",
        "Extra": "added",
        "Extra/More": "added",
    }
    (deploy,) = found.stages[3].actions
    assert (deploy.kind, deploy.details) == ("Build/CodeBuild", ("StackName", "RoleArn"))


def test_another_provider_order_or_role_is_a_change(tmp_path: Path) -> None:
    before = pipeline(stages(A=[action("One"), action("Two", 2)]))
    after = pipeline(stages(A=[action("One", provider="CodeDeploy"), {**action("Two", 3), "RoleArn": "r"}]))
    (found,) = compared(tmp_path, before, after)
    assert [item.details for item in found.stages[0].actions] == [("ActionTypeId",), ("RunOrder", "RoleArn")]


def test_a_stage_may_change_without_its_actions(tmp_path: Path) -> None:
    before = stages(A=[action("One")])
    after = [{**before[0], "OnFailure": {"Result": "ROLLBACK"}}]
    (found,) = compared(tmp_path, pipeline(before), pipeline(after))
    assert marks(found) == {"A": "changed", "A/One": None}


def test_a_pipeline_may_change_without_its_stages(tmp_path: Path) -> None:
    same = stages(A=[action("One")])
    (found,) = compared(tmp_path, pipeline(same, ExecutionMode="QUEUED"), pipeline(same, ExecutionMode="PARALLEL"))
    assert found.details == ("ExecutionMode",)
    assert marks(found) == {"A": None, "A/One": None}


def test_whole_pipelines_come_and_go(tmp_path: Path) -> None:
    whole, none = pipeline(stages(A=[action("One")])), template()
    assert [item.change for item in compared(tmp_path / "new", none, whole)] == ["added"]
    (gone,) = compared(tmp_path / "gone", whole, none)
    assert gone.change == "removed"
    assert marks(gone) == {"A": "removed", "A/One": "removed"}


def test_what_went_first_still_stands_first(tmp_path: Path) -> None:
    before, after = stages(A=[action("One")], B=[action("Two")]), stages(B=[action("Two")])
    (found,) = compared(tmp_path, pipeline(before), pipeline(after))
    assert [stage.name for stage in found.stages] == ["A", "B"]


def test_odd_documents_are_shown_as_they_are(tmp_path: Path) -> None:
    odd = [{"Actions": [{"RunOrder": {"Ref": "P"}}]}]
    (found,) = compared(tmp_path, template(), pipeline(odd))
    assert found.stages[0].name == "?"
    assert found.stages[0].actions[0].kind == "?/?"
