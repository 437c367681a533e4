from pathlib import Path
from typing import Any

import pytest

from cdk_rehearsal.codebuild.machine.collection import collect
from cdk_rehearsal.codebuild.specification import Output
from cdk_rehearsal.errors import RehearsalError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in ("build-1/a.txt", "build-2/b.txt", "build-2/deep/c.txt", "other/d.txt"):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "src" / "other" / "link").symlink_to("../build-2/deep")
    return tmp_path / "src"


def collected(source: Path, **artifact: Any) -> list[str]:
    files = collect(Output.model_validate({name.replace("_", "-"): value for name, value in artifact.items()}), source)
    return [f"{name} <- {path.relative_to(source)}" for name, path in sorted(files.items())]


def test_names_are_relative_to_the_base_directory(source: Path) -> None:
    assert collected(source, files=["**/*"], base_directory="build-2") == [
        "b.txt <- build-2/b.txt",
        "deep/c.txt <- build-2/deep/c.txt",
    ]


def test_several_base_directories_are_merged(source: Path) -> None:
    assert collected(source, files=["**/*"], base_directory="build*", discard_paths="yes") == [
        "a.txt <- build-1/a.txt",
        "b.txt <- build-2/b.txt",
        "c.txt <- build-2/deep/c.txt",
    ]


def test_the_source_is_the_base_unless_another_is_named(source: Path) -> None:
    assert collected(source, files=["other/d.txt"]) == ["other/d.txt <- other/d.txt"]


def test_a_folder_beside_the_source_may_be_the_base(source: Path) -> None:
    (source.parent / "out").mkdir()
    (source.parent / "out" / "x").write_text("x")
    files = collect(Output.model_validate({"files": ["x"], "base-directory": "../out"}), source)
    assert list(files) == ["x"]


def test_links_to_folders_are_entered_by_nobody_and_kept_on_request(source: Path) -> None:
    assert collected(source, files=["**/*"], base_directory="other") == ["d.txt <- other/d.txt"]
    kept = collected(source, files=["**/*"], base_directory="other", enable_symlinks="yes")
    assert kept == ["d.txt <- other/d.txt", "link <- other/link"]


def test_a_missing_base_directory_is_told_in_the_words_of_aws(source: Path) -> None:
    with pytest.raises(RehearsalError, match=r"^no matching base directory path found for cdk\.out$"):
        collected(source, files=["**/*"], base_directory="cdk.out")
    with pytest.raises(RehearsalError, match="no matching base directory"):
        collected(source, files=["**/*"], base_directory="none*")


def test_no_file_at_all_is_told_in_the_words_of_aws(source: Path) -> None:
    with pytest.raises(RehearsalError, match=r"^no matching artifact paths found for x, y$"):
        collected(source, files=["x", "y"])
