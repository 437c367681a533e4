from pathlib import Path

import pytest

from tooling.locks import added

SMALL = """\
# written by make lock
boto3==1 \\
    --hash=sha256:a
    # via the app
colorama==2 ; sys_platform == 'win32' \\
    --hash=sha256:b
"""
FORKED = """\
networkx==3.4 ; python_full_version < '3.12' \\
    --hash=sha256:d
networkx==3.5 ; python_full_version >= '3.12' \\
    --hash=sha256:e
"""
LARGE = """\
boto3==1 \\
    --hash=sha256:a
colorama==2 \\
    --hash=sha256:b
rich==3 \\
    --hash=sha256:c
"""


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_smallest_group_keeps_all_pins_without_comments(tmp_path: Path) -> None:
    pins = added(written(tmp_path, "small.txt", SMALL), below=None)
    assert pins == "".join(line for line in SMALL.splitlines(keepends=True) if "#" not in line)


def test_package_pinned_twice_for_different_platforms_keeps_both_pins(tmp_path: Path) -> None:
    small = written(tmp_path, "small.txt", SMALL)
    assert added(written(tmp_path, "forked.txt", SMALL + FORKED), below=small) == FORKED
    assert added(written(tmp_path, "forked.txt", FORKED), below=None) == FORKED


def test_larger_group_adds_only_pins_that_differ(tmp_path: Path) -> None:
    small, large = written(tmp_path, "small.txt", SMALL), written(tmp_path, "large.txt", LARGE)
    assert added(large, below=small) == LARGE.partition("    --hash=sha256:a\n")[2]


@pytest.mark.parametrize("other", [LARGE.replace("boto3==1", "boto3==2"), LARGE.replace("boto3==1", "boto4==1")])
def test_groups_with_different_versions_are_rejected(tmp_path: Path, other: str) -> None:
    small, large = written(tmp_path, "small.txt", SMALL), written(tmp_path, "large.txt", other)
    with pytest.raises(ValueError, match=r"large\.txt: does not pin boto3==1 as .*small\.txt does; run `make lock`"):
        added(large, below=small)
