import pytest

from cdk_rehearsal.codebuild.selection import compile_pattern, select
from cdk_rehearsal.codebuild.specification import Output


def output(*files: str, exclude: tuple[str, ...] = (), flat: bool = False) -> Output:
    return Output.model_validate({"files": files, "exclude-paths": exclude, "discard-paths": flat})


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**/*", "a", True),
        ("**/*", "a/b/.c", True),
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", False),
        ("a/**/*", "a/b", True),
        ("a/**/*", "a/b/c/d", True),
        ("a/**/*", "ab/c", False),
        ("a/**", "a/b/c", True),
        ("*/f", "x/f", True),
        ("./f", "f", True),
        ("a.b", "aXb", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a", "a/b", False),
        (".", "a", False),
    ],
)
def test_patterns_match_as_documented(pattern: str, path: str, matches: bool) -> None:  # noqa: FBT001 - a table's column
    assert bool(compile_pattern(pattern).fullmatch(path)) is matches


def test_an_artifact_holds_what_matches_and_is_not_excluded() -> None:
    paths = ["b/keep.txt", "a.txt", "b/node_modules/x.txt", "c.bin"]
    chosen = select(output("**/*.txt", exclude=("**/node_modules/**",)), paths)
    assert chosen == {"a.txt": "a.txt", "b/keep.txt": "b/keep.txt"}


def test_discarded_paths_leave_names_alone() -> None:
    assert select(output("**/*", flat=True), ["a/x", "b/y"]) == {"x": "a/x", "y": "b/y"}


def test_of_two_files_with_one_name_the_last_stays() -> None:
    assert select(output("**/*", flat=True), ["b/x", "a/x"]) == {"x": "b/x"}
