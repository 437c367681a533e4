"""Reads the JSON documents of an assembly."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdk_assembly.errors import AssemblyError

AGAIN = "run `cdk synth` again"


def read_object(path: Path) -> Mapping[str, Any]:
    """Return the JSON object in the file ``path``.

    Raises :class:`AssemblyError` if the file is missing, truncated, nested too deeply, or not an object.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise AssemblyError(f"{path}: {error.strerror}; run `cdk synth` first") from None
    except (ValueError, RecursionError) as error:
        raise AssemblyError(f"{path}: not JSON ({error}); {AGAIN}") from None
    if not isinstance(document, dict):
        raise AssemblyError(f"{path}: not a JSON object; {AGAIN}")
    return document
