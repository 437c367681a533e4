"""A cached answer is the answer to exactly one question, or is ignored."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from compliance import cache
from compliance.cache import AnswerCache, digest, file_digest, installed

QUESTION = {"template": "a", "region": None}
ANSWER = [{"rule": "F3002"}]


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_answer_is_found_again_for_the_same_question_alone(tmp_path: Path) -> None:
    AnswerCache(folder=tmp_path / "new" / "folder").put(QUESTION, ANSWER)
    read = AnswerCache(folder=tmp_path / "new" / "folder")
    assert read.get(QUESTION) == ANSWER
    assert read.get({**QUESTION, "region": "us-east-1"}) is None
    (entry,) = entries(tmp_path / "new" / "folder")
    assert entry.name == f"{digest(QUESTION)}.json"


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: b"",
        lambda entry: b"\xff\xfe",
        lambda entry: b"[]",
        lambda entry: b"{}",
        lambda entry: entry[:-5],
        lambda entry: entry.replace(b"F3002", b"F3003"),
        lambda entry: entry.replace(b'[{"rule": "F3002"}]', b"[]"),
        lambda entry: json.dumps({**json.loads(entry), "question": {"template": "b"}}).encode(),
    ],
)
def test_damaged_entry_is_ignored_and_replaced(damage: Any, tmp_path: Path) -> None:
    answers = AnswerCache(folder=tmp_path)
    answers.put(QUESTION, ANSWER)
    (entry,) = entries(tmp_path)
    entry.write_bytes(damage(entry.read_bytes()))
    assert answers.get(QUESTION) is None
    answers.put(QUESTION, ANSWER)
    assert answers.get(QUESTION) == ANSWER


def test_entry_under_the_name_of_another_question_is_ignored(tmp_path: Path) -> None:
    answers = AnswerCache(folder=tmp_path)
    answers.put(QUESTION, ANSWER)
    (entry,) = entries(tmp_path)
    entry.rename(tmp_path / f"{digest('other')}.json")
    assert answers.get("other") is None


def test_folder_that_cannot_be_written_to_caches_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "file" / "cache"):
        answers = AnswerCache(folder=folder)
        answers.put(QUESTION, ANSWER)
        assert answers.get(QUESTION) is None


def test_oldest_entries_are_deleted_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    answers = AnswerCache(folder=tmp_path)
    for age, question in enumerate(("newer", "old", "oldest")):
        answers.put(question, ANSWER)
        os.utime(tmp_path / f"{digest(question)}.json", (1000 - age, 1000 - age))
    answers.put("new", ANSWER)
    assert {path.stem for path in entries(tmp_path)} == {digest("newer"), digest("new")}


def test_digests_tell_contents_and_packages_apart(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text(name)
    assert file_digest(tmp_path / "one") != file_digest(tmp_path / "other")
    assert installed("cfn-lint") == installed("cfn-lint") != installed("aws-cdk-lib")
