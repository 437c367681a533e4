"""The commands for a rehearsal that ``up`` left running. None of them stops it.

Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 an approval is pending.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import sleep

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdk_rehearsal.codepipeline.logs import action_log
from cdk_rehearsal.driver.access import write_access
from cdk_rehearsal.driver.console import SIGNS, Progress
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.lock import hold
from cdk_rehearsal.driver.pipeline_api import ENDED, Approval, PipelineApi
from cdk_rehearsal.driver.preview import StackPreview
from cdk_rehearsal.driver.rehearsal import Decision, Rehearsal
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.results import show_preview
from cdk_rehearsal.driver.services import emulator_lives, restart_services
from cdk_rehearsal.errors import RehearsalError

FAILED = 1
WAITS = 3
LOOK_SECONDS = 0.3
app_option = click.option("--app", type=click.Path(path_type=Path), default=Path(), help="The app's repository.")


@click.command()
@app_option
def push(app: Path) -> None:
    """Push HEAD and follow its delivery to the next approval or the end."""
    console = Console(emoji=False, soft_wrap=True)
    with _attached(app, console) as rehearsal:
        repository = Repository.open(rehearsal.request.app, rehearsal.environment())
        console.print(f"git push: {repository.commit[:12]} {escape(repository.subject())}", highlight=False)
        if repository.is_pushed(rehearsal.target.bare, rehearsal.target.branch):
            raise RehearsalError("HEAD is already pushed, so a push starts no delivery; commit a change first")
        _conclude(console, rehearsal, rehearsal.deliver(repository, _leave(console)))


@click.command()
@app_option
def resume(app: Path) -> None:
    """Restart what crashed from its saved state, and resume the interrupted delivery."""
    console = Console(emoji=False, soft_wrap=True)
    folders = _folders(app)
    with _lines(folders), _held(folders, command="resume"):
        restarted = restart_services(folders, environ=dict(os.environ))
    console.print("emulator restarted" if restarted else "the emulator is running", highlight=False)
    with _attached(app, console) as rehearsal:
        address = rehearsal.open_page()
        console.print(f"watch and decide: {address}", markup=False, highlight=False, soft_wrap=True)
        execution = rehearsal.recover()
        if execution is None:
            console.print("no delivery was interrupted", highlight=False)
        else:
            _conclude(console, rehearsal, rehearsal.go_on(execution, _leave(console)))


@click.command()
@app_option
@click.option("--json", "as_json", is_flag=True, help="Print the stageStates of GetPipelineState.")
def status(app: Path, *, as_json: bool) -> None:
    """Show the state of the pipeline. Exit code 1: the newest execution failed; 3: an approval is pending."""
    with _attached(app, Console(emoji=False)) as rehearsal:
        stages = rehearsal.api.stages()
        if as_json:
            click.echo(json.dumps(stages, indent=2, default=lambda moment: moment.isoformat()))
        else:
            Console(emoji=False).print(_table(rehearsal.api.pipeline, stages))
        newest = rehearsal.api.newest_execution()
        if rehearsal.api.approvals():
            sys.exit(WAITS)
        if newest is not None and rehearsal.api.status(newest)[0] == "Failed":
            sys.exit(FAILED)


@click.command()
@click.argument("which", metavar="[STAGE/ACTION]", default="")
@app_option
@click.option("--reject", is_flag=True, help="Reject instead.")
@click.option("--comment", default="", help="A comment, stored with the answer.")
def approve(which: str, app: Path, comment: str, *, reject: bool) -> None:
    """Answer the pending approval; if approved, follow the delivery to the next approval or the end."""
    console = Console(emoji=False, soft_wrap=True)
    with _attached(app, console) as rehearsal:
        approval = _the_one(rehearsal.api, which)
        word = "Rejected" if reject else "Approved"
        rehearsal.api.answer(approval, approved=not reject, summary=comment or f"{word} on the command line")
        console.print(f"{word}: {approval.stage}/{approval.action}", markup=False, highlight=False)
        if not reject:
            _conclude(console, rehearsal, rehearsal.go_on(approval.execution, _leave(console)))


@click.command()
@click.argument("which", metavar="[STAGE/ACTION]", default="")
@app_option
@click.option("--follow", is_flag=True, help="Print new lines until the action ends.")
def logs(which: str, app: Path, *, follow: bool) -> None:
    """Print the log of one action of the newest execution, or of all its actions."""
    with _attached(app, Console(emoji=False)) as rehearsal:
        execution = rehearsal.api.newest_execution()
        if execution is None:
            raise RehearsalError("nothing was delivered yet; start a delivery with `cdk-rehearsal push`")
        runs = {f"{run.stage}/{run.action}": run for run in rehearsal.api.actions(execution)}
        if which and which not in runs:
            raise RehearsalError(f"{which} has not started in execution {execution}; choose one of {', '.join(runs)}")
        for name, run in runs.items():
            if which in ("", name):
                path = action_log(rehearsal.config, rehearsal.api.pipeline, execution, run.stage, run.action)
                click.echo(f"--- {name} ({path})")
                _print(path, partial(_runs, rehearsal.api, execution, name) if follow else bool)


def _print(path: Path, goes_on: Callable[[], bool]) -> None:
    with path.open(errors="replace") as file:
        last = False
        while not last:
            last = not goes_on()
            click.echo(file.read(), nl=False)
            if not last:
                sleep(LOOK_SECONDS)


def _runs(api: PipelineApi, execution: str, name: str) -> bool:
    # The last of several runs of an action is the one whose log is shown.
    states = {f"{run.stage}/{run.action}": run.ended is None for run in api.actions(execution)}
    return states[name] and api.status(execution)[0] not in ENDED


def _leave(console: Console) -> Callable[[Approval, list[StackPreview]], Decision]:
    def decide(approval: Approval, previews: list[StackPreview]) -> Decision:
        show_preview(console, approval.stage, previews)
        console.print(
            f"approval pending; answer it with: cdk-rehearsal approve {approval.stage}/{approval.action}",
            markup=False,
            highlight=False,
        )
        return Decision(wait=True)

    return decide


def _conclude(console: Console, rehearsal: Rehearsal, delivery: Delivery | None) -> None:
    line = write_access(rehearsal.folders, rehearsal.assembly, rehearsal.config, rehearsal.request.app)
    console.print(line, markup=False, highlight=False)
    if delivery is None:
        sys.exit(WAITS)
    if not delivery.succeeded:
        raise RehearsalError(rehearsal.explain(delivery))
    console.print(f"delivered: execution {delivery.execution}", markup=False, highlight=False)


def _the_one(api: PipelineApi, which: str) -> Approval:
    waiting = {f"{each.stage}/{each.action}": each for each in api.approvals()}
    if which:
        waiting = {name: each for name, each in waiting.items() if name == which}
    if not waiting:
        raise RehearsalError(f"no approval {which + ' ' if which else ''}is pending; see `cdk-rehearsal status`")
    if len(waiting) > 1:
        raise click.UsageError(f"several approvals are pending; name one of {', '.join(waiting)}")
    return next(iter(waiting.values()))


def _table(pipeline: str, stages: list[dict[str, object]]) -> Table:
    table = Table(title=f"Pipeline {pipeline}", title_justify="left")
    for heading in ("Stage", "Action", "Result", "Summary"):
        table.add_column(heading, overflow="fold")
    for stage in json.loads(json.dumps(stages, default=str)):
        name, inbound = escape(stage["stageName"]), stage["inboundTransitionState"]
        if not inbound["enabled"]:
            table.add_row(name, "", "[yellow]disabled[/]", escape(inbound.get("disabledReason", "")))
        for action in stage["actionStates"]:
            latest = action.get("latestExecution", {})
            result = latest.get("status", "")
            shown = "approval pending" if "token" in latest else f"{SIGNS.get(result, '')} {result}".strip()
            table.add_row(name, escape(action["actionName"]), shown, escape(latest.get("summary", "")))
    return table


def _folders(app: Path) -> Folders:
    return Folders(root=app.resolve() / ".rehearsal")


@contextmanager
def _attached(app: Path, console: Console) -> Iterator[Rehearsal]:
    """Give the running rehearsal; print failures as one line and exit with code 1."""
    folders = _folders(app)
    with _lines(folders):
        yield Rehearsal.attach(app.resolve(), folders=folders, progress=Progress(console), environ=dict(os.environ))


@contextmanager
def _lines(folders: Folders) -> Iterator[None]:
    try:
        with emulator_lives(folders):
            yield
    except RehearsalError as error:
        Console(stderr=True, emoji=False).print(f"rehearsal: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(FAILED)


@contextmanager
def _held(folders: Folders, *, command: str) -> Iterator[None]:
    if not folders.root.exists():  # nothing to lock, and nothing to create
        yield
        return
    with hold(folders, command=command):
        yield
