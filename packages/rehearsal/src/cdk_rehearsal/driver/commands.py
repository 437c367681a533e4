"""The commands ``run``, ``up``, and ``down``; each failure becomes one line and an exit code."""

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from cdk_rehearsal.door.names import DOWNLOADS, is_aws, normalized
from cdk_rehearsal.driver.access import write_access
from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.console import Progress
from cdk_rehearsal.driver.edge import FAILED, SIGNALS, complain, edge_of, one_line
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.live_commands import approve, logs, push, resume, status
from cdk_rehearsal.driver.lock import take_over
from cdk_rehearsal.driver.outlet import refused_hosts
from cdk_rehearsal.driver.pipeline_api import Approval
from cdk_rehearsal.driver.preview import StackPreview
from cdk_rehearsal.driver.rehearsal import Decide, Decision, Rehearsal, Request, command_environment
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.results import outputs, recorded_only, save, show, show_preview
from cdk_rehearsal.driver.session import DamagedSessionError, running, stop_services
from cdk_rehearsal.errors import RehearsalError

REMOTE = "rehearsal"
NAMED = 5
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?")
EPILOG = """\b
Examples:
  cdk-rehearsal run --app ../shop                deliver to the last stage, then stop
  cdk-rehearsal up --app ../shop                 deliver up to the approval; keep running
  cdk-rehearsal approve --app ../shop            approve; follow to the next approval or the end
  cdk-rehearsal logs Build/Synth --app ../shop   print an action's log

\b
Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 an approval is pending."""


def app_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select what is rehearsed."""
    for decorate in (
        click.option("--app", type=click.Path(path_type=Path), default=Path(), help="The app's repository."),
        click.option(
            "--pipeline-policy",
            multiple=True,
            type=click.Path(path_type=Path),
            help="IAM policy of CloudFormation in the pipeline's account (repeatable); default: AdministratorAccess.",
        ),
        click.option(
            "--stage-policy",
            multiple=True,
            type=click.Path(path_type=Path),
            help="IAM policy of CloudFormation in the stages' accounts (repeatable); default: AdministratorAccess.",
        ),
        click.option("--pipeline", default="", metavar="NAME", help="The pipeline, if the app has several."),
        click.option(
            "--source",
            "sources",
            multiple=True,
            metavar="ACTION=PATH",
            help="The repository of a further source action (repeatable).",
        ),
        click.option("--port", type=click.IntRange(1024, 65535), help="The emulator's port; default: a free one."),
        click.option(
            "--allow-host",
            multiple=True,
            metavar="HOST",
            callback=lambda _, __, hosts: checked_hosts(hosts),
            help="A host that builds and the app may reach, or `*.DOMAIN` (repeatable); not a host of AWS.",
        ),
        click.option(
            "--provided",
            multiple=True,
            metavar="PACKAGE",
            help="A package that builds install with apt-get and this machine already has (repeatable).",
        ),
        click.option(
            "--keep",
            multiple=True,
            metavar="VARIABLE",
            help="An environment variable that builds inherit (repeatable).",
        ),
    ):
        command = decorate(command)
    return command


@click.group(epilog=EPILOG)
def main() -> None:
    """Rehearse a CDK app's delivery pipeline on this machine, without AWS."""


@main.command()
@app_options
@click.option("--approve", envvar="APPROVE", default="", help="`yes` approves without asking.")
def run(app: Path, approve: str, **options: Any) -> None:
    """Deliver HEAD through the app's own pipeline, from an empty AWS to the last stage, and stop."""
    console = Console(emoji=False, soft_wrap=True)
    request = _request(app, **options)
    folders = Folders(root=request.app / ".rehearsal")
    alone = approve == "yes" or not is_terminal()
    decide = _approve_alone(console) if alone else _ask(console)
    with edge_of(console, request, folders, command="run") as edge:
        rehearsal, repository = _open(console, request, folders, edge.repository)
        delivery = rehearsal.deliver(repository, decide)
        if delivery is None:
            raise RehearsalError("an approval was left unanswered")
        stages, recorded = outputs(rehearsal.assembly, rehearsal.config), recorded_only(rehearsal.config)
        save(folders.result, delivery, stages, recorded)
        show(console, delivery, stages, recorded)
        _show_access(console, rehearsal)
        _show_refusals(console, folders)
        if not delivery.succeeded:
            raise RehearsalError(rehearsal.explain(delivery))


@main.command()
@app_options
def up(app: Path, **options: Any) -> None:
    """Deliver HEAD up to the approval, keep everything running, and print the next commands."""
    console = Console(emoji=False, soft_wrap=True)
    request = _request(app, **options)
    folders = Folders(root=request.app / ".rehearsal")
    with edge_of(console, request, folders, command="up") as edge:
        rehearsal, repository = _open(console, request, folders, edge.repository)
        edge.keeps_running = True
        repository.set_remote(REMOTE, rehearsal.target.bare)
        address = rehearsal.open_page()
        console.print(f"watch and decide: {address}", markup=False, highlight=False, soft_wrap=True)
        waiting: list[Approval] = []

        def leave(approval: Approval, previews: list[StackPreview]) -> Decision:
            show_preview(console, approval.stage, previews)
            waiting.append(approval)
            return Decision(wait=True)

        delivery = rehearsal.deliver(repository, leave)
        _show_access(console, rehearsal)
        _show_refusals(console, folders)
        failed = None if delivery is None or delivery.succeeded else delivery
        if failed is not None:
            complain(rehearsal.explain(failed))
        _print_next_commands(console, rehearsal, waiting, address, failed=failed)
    if failed is not None:
        sys.exit(FAILED)


@main.command()
@click.option("--app", type=click.Path(path_type=Path), default=Path(), help="The app's repository.")
def down(app: Path) -> None:
    """Stop the rehearsal of this clone, also one that another terminal is running."""
    root = app.resolve()
    folders = Folders(root=root / ".rehearsal")
    stopped = False
    if folders.root.exists():
        with one_line(), take_over(folders, command="down") as interrupted:
            damaged = _damage(folders)
            stopped = stop_services(folders) or interrupted
            if damaged:
                click.echo(f"{folders.session} was damaged; stopped the processes that carry the session's ID")
            _forget_remote(root, folders)
    click.echo("stopped" if stopped else "nothing was running")


def _damage(folders: Folders) -> bool:
    try:
        running(folders)
    except DamagedSessionError:
        return True
    return False


def _forget_remote(root: Path, folders: Folders) -> None:
    environment = command_environment(Request(app=root, environ=dict(os.environ)), folders)
    try:
        repository = Repository.open(root, environment)
    except RehearsalError:  # the folder is no longer a repository with a commit
        return
    repository.remove_remote(REMOTE, below=folders.root)


for command in (push, resume, status, approve, logs):
    main.add_command(command)


def checked_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hosts of ``--allow-host``. Raises :class:`click.BadParameter` for a host of AWS and for no host."""
    for host in hosts:
        name = normalized(host).removeprefix("*.")
        if not HOST.fullmatch(name):
            raise click.BadParameter(f"{host} is not a host name; write HOST or *.HOST, without a scheme or port")
        if is_aws(name) and name not in DOWNLOADS:
            raise click.BadParameter(f"{host} belongs to AWS, for which the emulator answers; omit it")
    return hosts


def stop_on_signals() -> None:
    """Stop a rehearsal in order on Ctrl-C, SIGTERM, and SIGHUP, also in the background."""
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)


def is_terminal() -> bool:
    """Whether a person can answer on standard input."""
    return sys.stdin.isatty()


def _request(  # noqa: PLR0913 - one argument for each option
    app: Path,
    *,
    pipeline_policy: tuple[Path, ...],
    stage_policy: tuple[Path, ...],
    pipeline: str,
    sources: tuple[str, ...],
    port: int | None,
    keep: tuple[str, ...],
    allow_host: tuple[str, ...],
    provided: tuple[str, ...],
) -> Request:
    policies = ExecutionPolicies(
        pipeline=tuple(path.resolve() for path in pipeline_policy), stage=tuple(path.resolve() for path in stage_policy)
    )
    return Request(
        app=app.resolve(),
        policies=policies,
        pipeline=pipeline,
        others=dict(_other_source(each) for each in sources),
        port=port,
        keep=keep,
        allowed=allow_host,
        provided=provided,
        environ=dict(os.environ),
    )


def _other_source(text: str) -> tuple[str, Path]:
    action, _, path = text.partition("=")
    if not action or not path or not Path(path).is_dir():
        raise click.UsageError(f"--source {text}: expected ACTION=PATH with an existing folder")
    return action, Path(path).resolve()


def _open(console: Console, request: Request, folders: Folders, repository: Repository) -> tuple[Rehearsal, Repository]:
    left = repository.uncommitted()
    if left:
        more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
        named = ", ".join(left[:NAMED]) + more
        console.print(f"[yellow]not committed, so not delivered:[/] {escape(named)}", highlight=False)
    if repository.is_detached():
        console.print(f"HEAD is detached; delivering commit {repository.commit[:12]}", highlight=False)
    rehearsal = Rehearsal.open(request, folders=folders, progress=Progress(console))
    repository = Repository.open(request.app, rehearsal.environment())
    console.print(f"git push: {repository.commit[:12]} {escape(repository.subject())}", highlight=False)
    return rehearsal, repository


def _show_access(console: Console, rehearsal: Rehearsal) -> None:
    line = write_access(rehearsal.folders, rehearsal.assembly, rehearsal.config, rehearsal.request.app)
    console.print(line, markup=False, highlight=False)


def _show_refusals(console: Console, folders: Folders) -> None:
    refused = refused_hosts(folders)
    if refused:
        console.print("Hosts that were refused (allow one with --allow-host HOST):", highlight=False)
    for each in refused:
        console.print(f"  {each}", markup=False, highlight=False)


def _approve_alone(console: Console) -> Decide:
    def decide(approval: Approval, previews: list[StackPreview]) -> Decision:
        show_preview(console, approval.stage, previews)
        console.print("approved without asking (APPROVE=yes, or no terminal)", highlight=False)
        return Decision(summary="Approved by the rehearsal without asking")

    return decide


def _ask(console: Console) -> Decide:
    def decide(approval: Approval, previews: list[StackPreview]) -> Decision:
        show_preview(console, approval.stage, previews)
        approved = click.confirm(f"Deploy to {approval.stage}?", default=False)
        return Decision(approved=approved, summary="Answered on the rehearsal's terminal")

    return decide


def _print_next_commands(
    console: Console, rehearsal: Rehearsal, waiting: list[Approval], page: str, *, failed: Delivery | None
) -> None:
    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True, markup=False)

    branch = rehearsal.target.branch
    kept = "The delivery failed; everything keeps running." if failed else "Everything keeps running."
    say(f"\n{kept} git remote: {REMOTE} ({rehearsal.target.bare})")
    say(f"  watch{', retry' if failed else ''} and decide:  {page}")
    say(f"  deliver again:  git push {REMOTE} HEAD:{branch}")
    tools = shlex.quote(str(rehearsal.folders.tools_environment))
    say(f"  use the AWS CLI:  . {tools}")
    for approval in waiting:
        command = ["aws", "codepipeline", "put-approval-result", "--pipeline-name", rehearsal.api.pipeline]
        command += ["--stage-name", approval.stage, "--action-name", approval.action, "--token", approval.token]
        command += ["--result", "summary=Approved,status=Approved"]
        # In a subshell, so that the user's own AWS settings remain unchanged.
        say(f"  answer {approval.stage}:  (. {tools} && {shlex.join(command)})")
    if failed is not None:
        for stage in dict.fromkeys(run.stage for run in failed.failures()):
            command = ["aws", "codepipeline", "retry-stage-execution", "--pipeline-name", rehearsal.api.pipeline]
            command += ["--stage-name", stage, "--pipeline-execution-id", failed.execution]
            say(f"  retry {stage}:  (. {tools} && {shlex.join([*command, '--retry-mode', 'FAILED_ACTIONS'])})")
    own = "" if rehearsal.request.app == Path.cwd() else f" --app {shlex.quote(str(rehearsal.request.app))}"
    say(f"  see and answer:  cdk-rehearsal status{own}, approve{own}, logs{own}")
    say(f"  stop:  cdk-rehearsal down{own}")
