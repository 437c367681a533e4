"""The command of the trusted workflow."""

import sys
from pathlib import Path

import click

from cdk_review.building import sanitised
from cdk_review.comment.api import GitHub, GitHubError
from cdk_review.comment.artifact import Artifact, find_artifact, read_report
from cdk_review.comment.body import body
from cdk_review.comment.event import Event, read_event
from cdk_review.comment.pulls import Pull, edited_makers, open_pulls
from cdk_review.comment.upsert import upsert
from cdk_review.errors import ReviewError
from cdk_review.model.report import Report
from cdk_review.plain import visible
from cdk_review.writing.sarif import sarif

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--event", type=FILE, envvar="GITHUB_EVENT_PATH", required=True, help="The workflow_run event.")
@click.option("--api", envvar="GITHUB_API_URL", required=True, help="The address of GitHub's REST API.")
@click.option("--token", envvar="GITHUB_TOKEN", required=True, help="Reads actions, writes pull requests' comments.")
@click.option("--sarif", "sarif_file", type=FILE, default=Path("report/report.sarif"), help="Where the findings go.")
@click.option("--output", type=FILE, envvar="GITHUB_OUTPUT", help="Gets `pull=NUMBER` where there is a SARIF file.")
def main(*, event: Path, api: str, token: str, sarif_file: Path, output: Path | None) -> None:
    """Comment the report of a finished run on its pull request, and write its findings as SARIF.

    Exit codes: 0 commented, or there is nothing to comment on any more; 1 the run left no valid report, which the
    comment says; 2 GitHub did not take the comment.
    """
    try:
        sys.exit(_comment(read_event(event), GitHub(api, token), sarif_file=sarif_file, output=output))
    except ReviewError as error:
        sys.stderr.write(f"review: {visible(str(error))}\n")
        sys.exit(2)


def _comment(event: Event, github: GitHub, *, sarif_file: Path, output: Path | None) -> int:
    pulls = open_pulls(github, event)
    commit = event.workflow_run.head_sha
    if not pulls:
        sys.stdout.write(f"review: no open pull request ends with {commit} any more; there is nothing to comment on\n")
        return 0
    artifact, report = _report(github, event)
    pull = _chosen(pulls, artifact)
    if artifact is not None and pull.number != artifact.number:
        report = Report(failure=f"the artifact names pull request {artifact.number}, the run was for another")
    if report.failure is None:
        sarif_file.parent.mkdir(parents=True, exist_ok=True)
        sarif_file.write_text(sarif(sanitised(report)), encoding="utf-8")
        if output is not None:
            with output.open("a", encoding="utf-8") as file:
                file.write(f"pull={pull.number}\n")
    text = body(report, event, edited=edited_makers(github, event, pull))
    done = upsert(github, event, pull, text)
    sys.stdout.write(f"review: {done} on pull request {pull.number} for commit {commit}\n")
    if report.failure is not None:
        sys.stderr.write(f"review: {visible(report.failure)}\n")
        return 1
    return 0


def _report(github: GitHub, event: Event) -> tuple[Artifact | None, Report]:
    """The run's report; where it is not valid, a report that says why."""
    artifact = None
    try:
        artifact = find_artifact(github, event)
        return artifact, read_report(github, artifact, event)
    except GitHubError:
        raise
    except ReviewError as error:
        return artifact, Report(failure=str(error))


def _chosen(pulls: list[Pull], artifact: Artifact | None) -> Pull:
    """The pull request that the artifact names, or the only one there is."""
    named = [pull for pull in pulls if artifact is not None and pull.number == artifact.number]
    if not named and len(pulls) > 1:
        numbers = ", ".join(str(pull.number) for pull in pulls)
        raise ReviewError(f"the run left no valid report that tells which of the pull requests {numbers} it was for")
    return named[0] if named else pulls[0]
