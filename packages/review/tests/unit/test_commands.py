"""The commands write the report, say what it comes to, and are never green when they can't tell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.comparing import STACK, stage_of
from tests.unit.reports import full

from cdk_review import making
from cdk_review.command import main
from cdk_review.errors import ReviewError
from cdk_review.model.report import Report
from cdk_review.writing.files import FILES
from delivery_testing.assemblies import Written, finding, one_stack, resource, template

TOPIC = resource("AWS::SNS::Topic", "App/Topic/Resource")


@pytest.fixture
def base(tmp_path: Path) -> Written:
    return one_stack(tmp_path / "base", Topic=TOPIC)


def run(tmp_path: Path, base: Written, head: Written, *options: str) -> Result:
    source = tmp_path / "source"
    source.mkdir(exist_ok=True)
    arguments = [str(base.folder), str(head.folder), "--out", str(tmp_path / "out"), "--source", str(source), *options]
    return CliRunner().invoke(main, arguments)


def report(tmp_path: Path) -> Report:
    return Report.model_validate_json((tmp_path / "out" / "report.json").read_bytes())


def test_a_clean_change_is_0(tmp_path: Path, base: Written) -> None:
    result = run(tmp_path, base, one_stack(tmp_path / "head", Topic=TOPIC))
    assert result.exit_code == 0
    assert result.output.startswith("review: ✅ Clean\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)


def test_a_finding_is_1_and_named(tmp_path: Path, base: Written) -> None:
    head = one_stack(tmp_path / "head", Topic=TOPIC).report(finding("R-New", "App/Topic\u202e"))
    result = run(tmp_path, base, head)
    assert result.exit_code == 1
    assert "review: App/Topic⟨U+202E⟩: about R-New (R-New)\n" in result.output
    assert report(tmp_path).verdict.new == 1


def test_lost_data_is_1_and_named(tmp_path: Path) -> None:
    bucket = resource("AWS::S3::Bucket", f"{STACK}/Data/Resource", {}, DeletionPolicy="Retain")
    before, after = stage_of(tmp_path / "base", template(Data=bucket)), stage_of(tmp_path / "head", template())
    result = run(tmp_path, before, after)
    assert result.exit_code == 1
    assert f"review: {STACK}/Data/Resource would be left behind in App/Prod\n" in result.output
    assert f"review: stopped: {STACK}/Data/Resource (AWS::S3::Bucket) is removed from its stack" in result.output


def test_the_sources_own_sign_offs_are_read_by_default(tmp_path: Path, base: Written) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "signed-off.yaml").write_text("- broken")
    result = run(tmp_path, base, one_stack(tmp_path / "head", Topic=TOPIC))
    assert result.exit_code == 2
    assert "signed-off.yaml: entry 1: " in result.output


def test_a_report_that_can_t_be_made_is_2_and_replaces_an_earlier_one(tmp_path: Path, base: Written) -> None:
    head = one_stack(tmp_path / "head", Topic=TOPIC)
    assert run(tmp_path, base, head).exit_code == 0
    (head.folder / "manifest.json").unlink()
    result = run(tmp_path, base, head)
    assert result.exit_code == 2
    assert "review: could not tell: " in result.output
    assert (report(tmp_path).verdict.exit_code, report(tmp_path).findings) == (2, ())
    for name in FILES:
        assert "manifest.json" in (tmp_path / "out" / name).read_text()


def test_accounts_are_shown_on_request(tmp_path: Path, base: Written) -> None:
    changed = {**TOPIC, "Properties": {"DisplayName": "of 123456789012"}}
    head = one_stack(tmp_path / "head", Topic=changed)
    run(tmp_path, base, head)
    assert "123456789012" not in (tmp_path / "out" / "report.html").read_text()
    run(tmp_path, base, head, "--show-accounts")
    assert "123456789012" in (tmp_path / "out" / "report.html").read_text()


def test_the_summary_is_added_to_what_is_there(tmp_path: Path, base: Written) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    run(tmp_path, base, one_stack(tmp_path / "head", Topic=TOPIC), "--summary", str(summary))
    assert summary.read_text() == f"# before\n{(tmp_path / 'out' / 'report.md').read_text()}"


@pytest.mark.parametrize("module", ["cdk_review", "cdk_review.against", "cdk_review.comment"])
def test_each_command_says_what_it_does(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"Usage: python -m {module} ")
    assert "xit codes" in done.stdout


def test_wrong_arguments_are_no_finding() -> None:
    assert CliRunner().invoke(main, ["one"]).exit_code == 2


def test_an_error_that_nobody_thought_of_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> Report:
        raise KeyError("odd\u202e")

    assert making.make(broken, out=tmp_path, summary=None) == 2
    assert "review: could not tell: unexpected: KeyError: 'odd" in capsys.readouterr().err
    failure = json.loads((tmp_path / "report.json").read_text())["failure"]
    assert failure.startswith("unexpected: KeyError")
    assert "\u202e" not in failure


def test_a_folder_that_can_t_be_written_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    assert making.make(Report, out=tmp_path / "out", summary=None) == 2
    assert "review: " in capsys.readouterr().err


def test_many_errors_are_cut_in_the_log_and_whole_in_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = full().model_copy(update={"findings": full().findings[:1] * 100})
    assert making.make(lambda: many, out=tmp_path, summary=None) == 1
    assert capsys.readouterr().out.count("(Rule0-text)") == making.MOST_LINES


def test_reasons_of_failure_are_one_line(tmp_path: Path) -> None:
    def failing() -> Report:
        raise ReviewError("two\nlines for 123456789012")

    making.make(failing, out=tmp_path, summary=None)
    assert Report.model_validate_json((tmp_path / "report.json").read_bytes()).failure == "two lines for account-1"
