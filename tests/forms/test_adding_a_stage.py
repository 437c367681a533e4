"""Another stage is one entry and one row; everything else, the tests included, follows."""

import json
from pathlib import Path

import pytest

from tests.forms.clones import Copy, changed_lines

NAME, ID = "staging", "Staging"
SIDE_BY_SIDE = ("--numprocesses", "2", "--dist", "loadscope", "--no-loadscope-reorder")
# As in `make unit`: the tools' own tests do not look at the app.
TOOLS = ("benchmarks", "rehearsal", "review", "tooling")


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


def test_tests_pass_with_the_added_stage_and_no_edit(staged: Copy, tmp_path: Path) -> None:
    ignored = [f"--ignore=tests/unit/{tool}" for tool in TOOLS]
    printed = staged.run(
        *("python", "-m", "pytest", "--quiet", "-p", "no:randomly", *SIDE_BY_SIDE, *ignored),
        *(f"--basetemp={tmp_path / 'copy'}", "tests/unit", "tests/contract"),
    )
    summary = printed.strip().splitlines()[-1]
    assert " passed" in summary
    assert "failed" not in summary
