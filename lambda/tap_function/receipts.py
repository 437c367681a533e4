"""What the function leaves in its bucket."""

import json


def receipt(*, request_id: str) -> bytes:
    """Return the receipt of one invocation: JSON that names it."""
    return json.dumps({"request_id": request_id}).encode()
