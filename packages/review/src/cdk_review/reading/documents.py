"""Reads the JSON documents of an assembly."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdk_review.errors import ReviewError


def read_object(path: Path) -> Mapping[str, Any]:
    """Return the JSON object in the file ``path``.

    Raises :class:`~cdk_review.errors.ReviewError` where the file is missing, truncated or something else.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ReviewError(f"{path}: {error.strerror}; `make synth` writes the assembly") from None
    except ValueError as error:
        raise ReviewError(f"{path}: not JSON ({error}); `make synth` writes it anew") from None
    if not isinstance(document, dict):
        raise ReviewError(f"{path}: a JSON object was expected; `make synth` writes it anew")
    return document
