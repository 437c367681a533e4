"""Who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.synthesis import ROOT

# The app's folders in the order in which imports go; `compliance` is open to all of them.
CHAIN = ("app", "pipeline", "stages", "tap_stack")
# The only tools that the app imports: what judges a change, and the reader below it.
JUDGES = {"cdk_verdict", "cdk_assembly"}
PACKAGES = {
    "cdk_assembly": set[str](),
    "cdk_verdict": {"cdk_assembly"},
    "cdk_cost": {"cdk_assembly"},
    "cdk_review": JUDGES,
    "codepipeline_page": JUDGES,
    "cdk_rehearsal": {*JUDGES, "codepipeline_page"},
    "delivery_testing": set[str](),
}
ALLOWED = (
    {folder: {*CHAIN[place:], "compliance"} for place, folder in enumerate(CHAIN)}
    | {folder: {folder} for folder in ("lambda", "tooling")}
    | {"compliance": {"compliance", *JUDGES}, "steps": {"steps", "compliance", *JUDGES}}
    # It times the app itself, without its gate, and the emulator with pipelines of its own.
    | {"benchmarks": {"benchmarks", "app", "pipeline", "cdk_rehearsal"}}
    | {package: {package, *below} for package, below in PACKAGES.items()}
)


def sources(folder: str) -> list[Path]:
    if folder == "app":
        return [ROOT / "app.py"]
    (found,) = [ROOT / folder] if folder not in PACKAGES else ROOT.glob(f"packages/*/src/{folder}")
    return sorted(found.rglob("*.py"))


def packages() -> set[str]:
    return {path.name for path in ROOT.glob("packages/*/src/*") if path.is_dir()}


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


@pytest.mark.parametrize("room", [name for name in ALLOWED if name not in PACKAGES or name in packages()])
def test_a_folder_imports_only_what_it_may(room: str) -> None:
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


def test_every_package_has_its_place_in_the_order_of_imports() -> None:
    assert packages() <= PACKAGES.keys()


def test_importing_the_app_runs_nothing() -> None:
    body = ast.parse((ROOT / "app.py").read_text()).body
    running = [node for node in body if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)]
    assert running == []
