"""A copy of this repository, to which the changes in docs/changes are applied."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.synthesis import ROOT, command_environ, stack_templates

CHANGES = ROOT / "docs" / "changes"
IDENTITY = ("-c", "user.name=Developer", "-c", "user.email=developer@example.com")


@dataclass(frozen=True)
class Copy:
    """The copy, a git repository with one commit."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Copy":
        """Copy this repository's files as they are now, committed or not, with the clone's own tools beside them."""
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
        for name in names:
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
        copy = cls(folder)
        copy.git("init", "--quiet")
        copy.git("add", "--all")
        copy.git("commit", "--quiet", "--message=Copy")
        for tools in (".venv", "node_modules"):
            (folder / tools).symlink_to((ROOT / tools).resolve())
        return copy

    def git(self, *words: str) -> None:
        """Run git in the copy."""
        subprocess.run(["git", *IDENTITY, *words], cwd=self.folder, check=True, capture_output=True)

    def apply(self, name: str) -> None:
        """Put the copy back to its commit, and apply the change called ``name``."""
        self.git("reset", "--quiet", "--hard")
        self.git("clean", "--quiet", "--force", "-d", "--exclude=.venv", "--exclude=node_modules")
        self.git("apply", "--whitespace=error-all", str(CHANGES / f"{name}.diff"))

    def run(self, *command: str, **environ: str) -> str:
        """Run a command in the copy as a person would, and return what it prints; it must succeed."""
        # Neither the coverage of this run nor the options of this pytest belong to the copy.
        ours = {name: value for name, value in command_environ().items() if not name.startswith(("COV", "PYTEST"))}
        done = subprocess.run(
            command, cwd=self.folder, env={**ours, **environ}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
        return done.stdout

    def synth(self) -> dict[str, Any]:
        """Synthesize the copy by its own cdk.json, with its gate; return each template by its stack's address."""
        context = json.loads((self.folder / "cdk.json").read_text())["context"]
        out = self.folder / "cdk.out"
        shutil.rmtree(out, ignore_errors=True)
        self.run(sys.executable, "app.py", CDK_OUTDIR=str(out), CDK_CONTEXT_JSON=json.dumps(context))
        return {stack: json.loads(path.read_text()) for stack, path in stack_templates(out)}


def changed_lines(name: str) -> dict[str, int]:
    """How many lines the change called ``name`` adds and removes, by file."""
    found: dict[str, int] = {}
    file = ""
    for line in (CHANGES / f"{name}.diff").read_text().splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
            found[file] = 0
        elif line.startswith(("+", "-")) and not line.startswith("--- "):
            found[file] += 1
    return found


def documented() -> set[str]:
    """The changes that there are."""
    return {path.stem for path in CHANGES.glob("*.diff")}
