"""A delivery's result, as tables and as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdk_rehearsal.driver.assembly import Assembly, Stack
from cdk_rehearsal.driver.console import SIGNS
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.preview import StackPreview
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig

KINDS = ("added", "changed", "replaced", "removed")


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """A deployed stack and its outputs."""

    stack: Stack
    values: Mapping[str, str]


def outputs(assembly: Assembly, config: EmulatorConfig) -> list[StackOutputs]:
    """Return the outputs of every stage's stack that is deployed."""
    found = []
    home = assembly.pipeline().stack
    for stack in assembly.stacks:
        if stack == home:
            continue
        region, account = stack.environment.region, stack.environment.account
        cloudformation = client(
            "cloudformation", endpoint=config.endpoint, region=region, credentials=config.root(account)
        )
        for page in cloudformation.get_paginator("describe_stacks").paginate():
            for each in page["Stacks"]:
                if each["StackName"] == stack.name:
                    values = {output["OutputKey"]: output["OutputValue"] for output in each.get("Outputs", [])}
                    found.append(StackOutputs(stack=stack, values=values))
    return found


def recorded_only(config: EmulatorConfig) -> dict[str, list[str]]:
    """Return the resource types that were only recorded, by reason."""
    ledger = config.state_dir / "recorded.json"
    found: dict[str, set[str]] = {}
    for text in ledger.read_text().splitlines() if ledger.exists() else ():
        entry = json.loads(text)
        found.setdefault(entry["reason"], set()).add(entry["type"])
    return {reason: sorted(types) for reason, types in sorted(found.items())}


def show(
    console: Console, delivery: Delivery, stages: Iterable[StackOutputs], recorded: Mapping[str, list[str]]
) -> None:
    """Print each action's result and time, each stage's outputs, and what was only recorded."""
    table = Table(title=f"Delivery {delivery.execution}: {delivery.status}", title_justify="left")
    for heading in ("Stage", "Action", "Result"):
        table.add_column(heading)
    table.add_column("Time", justify="right")
    for run in delivery.runs:
        time = "" if run.seconds is None else f"{run.seconds:.1f} s"
        table.add_row(escape(run.stage), escape(run.action), f"{SIGNS.get(run.status, '?')} {run.status}", time)
    console.print(table)
    for stage in stages:
        table = Table(title=f"{stage.stack.name} ({stage.stack.environment.account})", title_justify="left")
        table.add_column("Output")
        table.add_column("Value", overflow="fold")
        for name, value in sorted(stage.values.items()):
            table.add_row(escape(name), escape(value))
        console.print(table)
    if recorded:
        console.print("Only recorded, not emulated:", highlight=False)
    for reason, types in recorded.items():
        console.print(f"  [dim]{escape(', '.join(types))}: {escape(reason)}[/]", highlight=False)


def show_preview(console: Console, stage: str, previews: Iterable[StackPreview]) -> None:
    """Print the changes that an approval of ``stage`` would deploy."""
    console.print(f"\nIf approved, [bold]{escape(stage)}[/] becomes:", highlight=False)
    for each in previews:
        counts = ", ".join(f"{each.count(kind)} {kind}" for kind in KINDS)
        console.print(f"  {escape(each.stack)}: {counts} (every property: {each.log})", highlight=False, soft_wrap=True)
        for kind in ("removed", "replaced", "changed"):
            for change in each.changes:
                if change.kind == kind:
                    style = "red" if kind in ("removed", "replaced") else "yellow"
                    console.print(f"    [{style}]{kind}[/] {change.type} {escape(change.path)}", highlight=False)


def save(path: Path, delivery: Delivery, stages: Iterable[StackOutputs], recorded: Mapping[str, list[str]]) -> None:
    """Write the result as JSON: status, seconds from push to end, actions, outputs by stack, types only recorded."""
    result = {
        "execution": delivery.execution,
        "status": delivery.status,
        "reason": delivery.reason,
        "seconds": delivery.seconds,
        "actions": [
            {
                "stage": run.stage,
                "action": run.action,
                "status": run.status,
                "seconds": run.seconds,
                "summary": run.summary,
            }
            for run in delivery.runs
        ],
        "outputs": {each.stack.name: dict(each.values) for each in stages},
        "recorded_only": dict(recorded),
    }
    path.write_text(json.dumps(result, indent=2) + "\n")
