import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import cdk_rehearsal.engine

ALLOWED = {"pydantic", "cdk_rehearsal.engine"}
IMPURE = {"os", "subprocess", "socket", "threading", "time", "urllib", "http", "pathlib", "random", "uuid"}


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            yield node.module


def test_the_engine_knows_no_process_no_network_and_no_clock() -> None:
    modules = sorted(Path(next(iter(cdk_rehearsal.engine.__path__))).glob("*.py"))
    assert len(modules) > 10
    for module in modules:
        for name in imported(module.read_text()):
            top = name.split(".")[0]
            pure = top in sys.stdlib_module_names - IMPURE
            assert pure or any(name == each or name.startswith(f"{each}.") for each in ALLOWED), (module.name, name)
