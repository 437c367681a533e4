"""Synthesises a tree as people do: with its own ``make synth``, set up from its own lock files."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cdk_review.errors import ReviewError
from cdk_review.reading.assembly import MANIFEST
from cdk_review.reading.report import REPORT

VERB: Final = ("make", "synth")
OUTPUT: Final = "cdk.out"
ECHO: Final = ": Subprocess exited with error"
"""The CDK CLI's last line after an app's own words."""
LIMIT_S: Final = 900
"""Setting up from an empty cache takes a minute or two; what takes longer hangs."""

# A make inside a make would take the outer one's flags for its own, and an active environment for the tree's.
NOT_HANDED_ON: Final = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "VIRTUAL_ENV"})


def synthesise(tree: Path, environ: Mapping[str, str], *, what: str) -> Path:
    """Synthesise ``tree`` anew and return the folder with the assembly.

    The gate's findings fail the verb and not this: they are what a report is about. ``what`` names the tree in errors.

    Raises :class:`~cdk_review.errors.ReviewError` where there is no whole assembly in the end.
    """
    output = tree / OUTPUT
    shutil.rmtree(output, ignore_errors=True)
    kept = {name: value for name, value in environ.items() if name not in NOT_HANDED_ON}
    try:
        done = subprocess.run(  # noqa: S603 - the project's own verb
            VERB, cwd=tree, env=kept, capture_output=True, text=True, errors="replace", timeout=LIMIT_S, check=False
        )
    except OSError as error:
        raise ReviewError(f"`{' '.join(VERB)}` can't be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise ReviewError(f"{what} does not synthesise: `{' '.join(VERB)}` took more than {LIMIT_S} s") from None
    if not ((output / MANIFEST).is_file() and (output / REPORT).is_file()):
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        own = [line for line in said if not line.startswith("make") and ECHO not in line]
        last = own[-1] if own else f"exit code {done.returncode}"
        raise ReviewError(f"{what} does not synthesise; `{' '.join(VERB)}` there says: {last}")
    return output
