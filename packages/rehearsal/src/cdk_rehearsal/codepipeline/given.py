"""Members of answers that are left out when they hold nothing, as AWS leaves them out."""

from typing import Any


def given(**members: Any) -> dict[str, Any]:
    """Return the members that hold something."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
