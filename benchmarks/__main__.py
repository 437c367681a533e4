"""``python -m benchmarks [WORD…]``: time every measure whose name holds one of the words, or all."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measures import MEASURES, BenchmarkError, Measure, Result, time_it
from benchmarks.relative import TARGETS, FailedCommandError, Multiple, Target, compare, show

SAVED = Path(".cache/benchmark/result.json")


def main(words: Sequence[str], measures: Sequence[Measure] = MEASURES, targets: Sequence[Target] = TARGETS) -> int:
    """Time, print tables, save JSON; return the exit code."""
    console = Console()
    chosen = [each for each in measures if not words or any(word in each.name for word in words)]
    relative = [each for each in targets if not words or any(word in each.name for word in words)]
    results: list[Result] = []
    multiples: list[Multiple] = []
    try:
        for target in relative:
            with console.status(f"{target.name} (in turn with the empty app)"):
                multiples.append(compare(target))
        for measure in chosen:
            with console.status(f"{measure.name} ({measure.runs} runs and one to warm up)"):
                results.append(time_it(measure))
    except (BenchmarkError, FailedCommandError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    show(multiples, console)
    _show(console, results)
    SAVED.parent.mkdir(parents=True, exist_ok=True)
    seconds = [{"name": each.name, "seconds": each.seconds, "aim": each.aim} for each in results]
    SAVED.write_text(json.dumps([*map(asdict, multiples), *seconds]))
    return 0


def _show(console: Console, results: Sequence[Result]) -> None:
    table = Table()
    table.add_column("Measure")
    for heading in ("Median", "Fastest", "Slowest", "Runs", "Aim"):
        table.add_column(heading, justify="right")
    for each in results:
        figures = [f"{value:.1f} s" for value in (each.median, min(each.seconds), max(each.seconds))]
        table.add_row(each.name, *figures, str(len(each.seconds)), "" if each.aim is None else f"{each.aim:.0f} s")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
