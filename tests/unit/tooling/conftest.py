import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tooling.layout import GROUPS, Layout

LOCKS = ("installer", *GROUPS, "node")


class Machine:
    """A machine whose commands are recorded instead of run; ``fails`` names the word of a command that fails."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout.of(root / "clone", {})
        self.bin = root / "bin"
        self.commands: list[list[str]] = []
        self.fails: set[str] = set()
        self.node = "v24.1.0"
        self.locked: list[str] = []
        self.bin.mkdir()
        (self.layout.root / "requirements").mkdir(parents=True)
        for lock in LOCKS:
            self.layout.requirements(lock).write_text(f"{lock}==1\n")
        for number, group in enumerate(GROUPS, 1):
            self.layout.requirements(group).write_text("".join(f"{each}==1\n" for each in GROUPS[:number]))
        self.layout.function_requirements.parent.mkdir()
        self.layout.function_requirements.write_text("driver==1\n")
        for file in (*self.layout.npm_files, *self.layout.postgres_files):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{{}} {file.parent.name}")
        for tool in ("git", "make", "node", "npm"):
            self.has(tool)

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": str(self.bin)}

    def has(self, tool: str) -> None:
        (self.bin / tool).touch()
        (self.bin / tool).chmod(stat.S_IRWXU)

    def lacks(self, tool: str) -> None:
        (self.bin / tool).unlink()

    def run(self, command: Sequence[Any], **options: Any) -> "subprocess.CompletedProcess[str]":
        words = [str(word) for word in command]
        if "--version" in words:
            return subprocess.CompletedProcess(words, 0, stdout=f"{self.node}\n")
        self.commands.append(words)
        if "ci" in words:
            (options["cwd"] / "node_modules").mkdir()
        if "-r" in words:
            self.locked.append(Path(words[-1]).read_text())
        failed = self.fails & set(words)
        if failed and options.get("check"):
            raise subprocess.CalledProcessError(7, words)
        return subprocess.CompletedProcess(words, 1 if failed else 0, stdout="")

    def ran(self, word: str) -> list[list[str]]:
        """The commands with ``word`` in them; where this machine's folder lies is no matter."""
        return [
            command for command in self.commands if any(word in part.replace(str(self.root), "") for part in command)
        ]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setattr("tooling.setup.subprocess.run", machine.run)
    monkeypatch.setattr("tooling.setup.EnvBuilder.create", lambda _, store: (store / "bin").mkdir())
    monkeypatch.setattr(
        "tooling.setup.lay_out", lambda folder, **_: (folder / "bin").mkdir(parents=True, exist_ok=True)
    )
    return machine
