"""The tests pass with another stage, without an edit."""

from pathlib import Path

from tests.forms.clones import Copy

SIDE_BY_SIDE = ("--numprocesses", "2", "--dist", "loadscope", "--no-loadscope-reorder")
# As in `make unit`: the tools' own tests do not look at the app.
TOOLS = ("benchmarks", "tooling")


def test_tests_pass_with_an_added_stage_and_no_edit(copy: Copy, tmp_path: Path) -> None:
    copy.apply("add-a-stage")
    ignored = [f"--ignore=tests/unit/{tool}" for tool in TOOLS]
    printed = copy.run(
        *("python", "-m", "pytest", "--quiet", "-p", "no:randomly", *SIDE_BY_SIDE, *ignored),
        *(f"--basetemp={tmp_path / 'copy'}", "tests/unit", "tests/contract"),
    )
    summary = printed.strip().splitlines()[-1]
    assert " passed" in summary
    assert "failed" not in summary
