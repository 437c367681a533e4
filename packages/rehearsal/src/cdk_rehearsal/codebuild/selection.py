"""Which files of a build an artifact holds, and under which names.

The patterns and base directories are those of "artifacts" in AWS's `buildspec reference
<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>`_.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from cdk_rehearsal.codebuild.specification import Output


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return what a location matches: ``*`` and ``?`` within one name, ``**`` across folders, ``**/`` none at all."""
    parts = [part for part in PurePosixPath(pattern).parts if part != "."]
    expression = "".join("(?:[^/]+/)*" if part == "**" else _name(part) + "/" for part in parts[:-1])
    last = parts[-1] if parts else ""
    return re.compile(expression + (".+" if last == "**" else _name(last)), re.DOTALL)


def _name(part: str) -> str:
    wildcards = {"*": "[^/]*", "?": "[^/]"}
    return "".join(wildcards.get(character) or re.escape(character) for character in part)


def select(output: Output, paths: Iterable[str]) -> dict[str, str]:
    """Return, by its name in the artifact, each of ``paths`` (relative to the base directory) that belongs into it.

    With ``discard-paths``, of several files with one name the last in order of their paths stays.
    """
    wanted = [compile_pattern(pattern) for pattern in output.files]
    unwanted = [compile_pattern(pattern) for pattern in output.exclude_paths]
    chosen = (
        path
        for path in sorted(paths)
        if any(pattern.fullmatch(path) for pattern in wanted)
        and not any(pattern.fullmatch(path) for pattern in unwanted)
    )
    return {PurePosixPath(path).name if output.discard_paths else path: path for path in chosen}
