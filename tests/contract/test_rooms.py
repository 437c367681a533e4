"""Who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.synthesis import ROOT

# The rooms in the order in which imports go; `compliance` is open to all of them.
CHAIN = ("app", "pipeline", "stages", "tap_stack")
APART = ("compliance", "cost", "rehearsal", "tooling", "lambda")
ALLOWED = (
    {room: {*CHAIN[place:], "compliance"} for place, room in enumerate(CHAIN)}
    | {room: {room} for room in APART}
    # What a change does to security is what the gate says of it.
    | {"review": {"review", "compliance"}}
    # What a change set may not take away is what the gate calls data, unless a review signed it off.
    | {"steps": {"steps", "compliance", "review"}}
    # What is timed is the app itself, without its gate, and the emulator with pipelines of its own.
    | {"benchmarks": {"benchmarks", "app", "pipeline", "rehearsal"}}
)


def sources(room: str) -> list[Path]:
    return [ROOT / "app.py"] if room == "app" else sorted((ROOT / room).rglob("*.py"))


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def called(source: Path) -> Iterator[str]:
    """Dotted names that the source reads, such as ``os.environ``."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def lambda_packages() -> set[str]:
    return {path.name for path in (ROOT / "lambda").iterdir() if path.is_dir()}


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    rooms = {*ALLOWED, *lambda_packages(), "tests"}
    allowed = ALLOWED[room] | (lambda_packages() if room == "lambda" else set())
    assert sources(room)
    for source in sources(room):
        names = {name.partition(".")[0] for name in imported(source)}
        assert names & rooms <= allowed, source
        assert "" not in names, f"{source}: relative imports hide who imports whom"


@pytest.mark.parametrize("room", [*CHAIN, "compliance"])
def test_constructs_read_no_environment_and_no_clock_and_run_nothing(room: str) -> None:
    forbidden = {"subprocess", "socket", "urllib", "requests", "boto3", "time", "datetime", "random", "uuid", "secrets"}
    for source in sources(room):
        assert forbidden.isdisjoint(name.partition(".")[0] for name in imported(source)), source
        if room != "app":
            assert {"os.environ", "os.getenv"}.isdisjoint(called(source)), source
            assert "os" not in set(imported(source)), source


def test_importing_the_app_runs_nothing() -> None:
    body = ast.parse((ROOT / "app.py").read_text()).body
    running = [node for node in body if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)]
    assert running == []
