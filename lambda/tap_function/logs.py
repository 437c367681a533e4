"""Structured logs: one JSON object a line, which CloudWatch Logs Insights takes apart by itself."""

import json
import sys
from typing import Literal


def log(level: Literal["INFO", "ERROR"], message: str, **fields: str) -> None:
    """Write one line with ``level``, ``message`` and ``fields``.

    Written rather than passed through ``logging``: the handler that Lambda puts on the root logger would wrap the
    line in text of its own.
    """
    sys.stdout.write(json.dumps({"level": level, "message": message, **fields}) + "\n")
    sys.stdout.flush()
