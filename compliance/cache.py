"""Answers of slow checks, cached by everything that decides them.

An entry is a file named after the SHA-256 of its question. Whatever is wrong with an entry, it is ignored, and the
check runs again: a cache can make a synth faster, but never pass one.
"""

import contextlib
import hashlib
import json
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

MOST_ENTRIES: Final = 200
"""The oldest ones beyond this number are deleted. Every edit of a template adds an entry of a few hundred bytes."""


@dataclass(frozen=True, kw_only=True)
class AnswerCache:
    """A folder of answers. ``folder`` is None to cache nothing, and so is one that cannot be written to.

    Questions and answers are anything that JSON can hold.
    """

    folder: Path | None

    def get(self, question: Any) -> Any | None:
        """Return the answer to ``question``; None where there is no intact entry for exactly this question."""
        if self.folder is None:
            return None
        try:
            entry = json.loads((self.folder / f"{digest(question)}.json").read_bytes())
            intact = entry["question"] == question and entry["sha256"] == digest([question, entry["answer"]])
        except (OSError, ValueError, LookupError, TypeError):
            return None
        return entry["answer"] if intact else None

    def put(self, question: Any, answer: Any) -> None:
        """Store the answer to ``question``, in one step: a reader sees all of the entry or none."""
        if self.folder is None:
            return
        entry = {"question": question, "answer": answer, "sha256": digest([question, answer])}
        # A full disk, a folder of somebody else, or a process that prunes at the same time: the next synth asks again.
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
                written = Path(scratch) / "entry"
                written.write_text(json.dumps(entry))
                written.replace(self.folder / f"{digest(question)}.json")
            entries = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in entries[:-MOST_ENTRIES]:
                path.unlink()


WITHOUT_CACHE: Final = AnswerCache(folder=None)


def digest(value: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def installed(package: str) -> str:
    """Return the SHA-256 of an installed package's record, which lists the hash of each of its files."""
    found = distribution(package)
    return digest([found.version, found.read_text("RECORD")])
