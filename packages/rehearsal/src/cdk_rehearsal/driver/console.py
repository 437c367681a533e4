"""Prints the progress of a delivery."""

import contextlib
import datetime as dt
import shlex
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.text import Text

from cdk_rehearsal.driver.pipeline_api import ActionRun, WaitingRule

SIGNS = {"Succeeded": "[green]✓[/]", "Failed": "[red]✗[/]", "Abandoned": "[yellow]-[/]"}


class Progress:
    """Shows a delivery. A terminal redraws the running actions in place; a file gets a line per start and end."""

    def __init__(self, console: Console) -> None:
        """Write to ``console``."""
        self._console = console
        self._live: Live | None = None
        self._started: set[tuple[str, dt.datetime]] = set()
        self._ended: set[tuple[str, dt.datetime]] = set()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show one delivery's progress until the block ends."""
        self._started.clear()
        self._ended.clear()
        if not self._console.is_terminal:
            yield
            return
        with Live(Text(), console=self._console, transient=True, refresh_per_second=8) as self._live:
            yield
        self._live = None

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Stop redrawing the terminal until the block, which asks a question, ends."""
        if self._live is None:
            yield
            return
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()

    def execution(self, execution: str) -> None:
        """Print the execution that is followed."""
        restarted = "" if not self._started else " (the pipeline updated itself and restarted)"
        self._console.print(f"execution {execution}{restarted}", highlight=False)

    def progress(self, runs: list[ActionRun]) -> None:
        """Print the actions that started or ended since the last call; redraw the running ones."""
        for run in runs:
            key = (run.name, run.started)
            if key not in self._started:
                self._started.add(key)
                if self._live is None and run.ended is None:
                    self._console.print(f"  … {escape(run.name)}", highlight=False)
            if run.ended is not None and key not in self._ended:
                self._ended.add(key)
                self._console.print(f"  {line(run)}", highlight=False)
        if self._live is not None:
            self._live.update(_running(runs))

    def held_up(self, rule: WaitingRule, execution: str, pipeline: str) -> None:
        """Print the rule for which the execution waits, and the command that overrides it."""
        self._console.print(f"  … {escape(rule.stage)} · {escape(rule.rule)}: {escape(rule.summary)}", highlight=False)
        if rule.condition:
            command = ["aws", "codepipeline", "override-stage-condition", "--pipeline-name", pipeline]
            command += ["--stage-name", rule.stage, "--pipeline-execution-id", execution]
            command += ["--condition-type", rule.condition]
            self._console.print(f"    override:  {shlex.join(command)}", markup=False, highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """Print one line of information."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show one step of the preparation, and its duration when it is done."""
        started = dt.datetime.now(tz=dt.UTC)
        status = self._console.status(what) if self._console.is_terminal else contextlib.nullcontext()
        with status:
            yield
        self._console.print(f"  [green]✓[/] {what} {took((dt.datetime.now(tz=dt.UTC) - started).total_seconds())}")


def line(run: ActionRun) -> str:
    """Return the line for an action that has ended."""
    return f"{SIGNS.get(run.status, '?')} {escape(run.name)} {took(run.seconds or 0)}"


def took(seconds: float) -> str:
    """Return a duration in minutes and seconds, as rich markup."""
    minutes, rest = divmod(seconds, 60)
    return f"[dim]{int(minutes)} min {int(rest)} s[/]" if minutes else f"[dim]{rest:.1f} s[/]"


def _running(runs: list[ActionRun]) -> RenderableType:
    now = dt.datetime.now(tz=dt.UTC)
    rows = []
    for run in runs:
        if run.ended is None:
            elapsed = (now - run.started).total_seconds()
            waits = "waits for approval" if run.category == "Approval" else f"waits for {run.provider}"
            summary = f", {escape(run.summary)}" if run.summary else ""
            rows.append(Spinner("dots", Text.from_markup(f"{escape(run.name)} {took(elapsed)}: {waits}{summary}")))
    return Group(*rows)
