"""Another stage is one entry and one row; everything else follows. tests/deep runs the tests with it."""

import json

import pytest

from tests.forms.clones import Copy, changed_lines

NAME, ID = "staging", "Staging"


@pytest.fixture(scope="module")
def staged(copy: Copy) -> Copy:
    """The copy with the stage added."""
    copy.apply("add-a-stage")
    return copy


def test_stage_is_added_in_two_files_and_few_lines() -> None:
    lines = changed_lines("add-a-stage")
    assert set(lines) == {"cdk.json", "stages/table.py"}
    assert sum(lines.values()) <= 25


def test_added_stage_is_synthesized_between_the_others(staged: Copy) -> None:
    templates = staged.synth()
    assert f"TapPipeline/{ID}/Tap" in templates
    (pipeline,) = (
        resource["Properties"]
        for resource in templates["TapPipeline"]["Resources"].values()
        if resource["Type"] == "AWS::CodePipeline::Pipeline"
    )
    settings = json.loads((staged.folder / "cdk.json").read_text())["context"]["delivery"]
    *_, before, after = (name.capitalize() for name in settings["stages"] if name != NAME)
    assert [stage["Name"] for stage in pipeline["Stages"]][-3:] == [before, ID, after]
    (actions,) = (stage["Actions"] for stage in pipeline["Stages"] if stage["Name"] == ID)
    names = [action["Name"] for action in sorted(actions, key=lambda action: action["RunOrder"])]
    assert names == ["Approve", f"{NAME}-tap.Prepare", f"{NAME}-tap.Deploy", "Check"]


def test_added_stage_passes_the_lint_of_templates(staged: Copy) -> None:
    staged.synth()
    assert staged.run("python", "-m", "compliance", "cdk.out") is not None
    assert f"{NAME}-tap" in staged.run("python", "-m", "cdk_cost")
