"""One Node process for the comparisons of all tests: loading the resource schemas takes longer than any test."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdk_review.comparing import engine

SERVER = Path(__file__).with_name("engine_that_lasts.cjs")


@pytest.fixture(scope="session")
def asked() -> Iterator[Callable[[str], str]]:
    """The engine as a function from a document to its answer."""
    command = ["node", str(SERVER), str(engine.SCRIPT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def ask(document: str) -> str:
            questions.write(f"{document}\n")
            questions.flush()
            answer: str = answers.readline()
            return answer

        yield ask
        questions.close()


@pytest.fixture(autouse=True)
def lasting_engine(asked: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the process that lasts instead of one of its own for each comparison."""
    monkeypatch.setattr(engine, "ask", asked)
