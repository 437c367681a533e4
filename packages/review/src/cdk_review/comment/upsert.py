"""Keeps one comment on a pull request."""

from typing import Any, Final

from cdk_review.comment.api import GitHub
from cdk_review.comment.body import MARKER
from cdk_review.comment.event import Event
from cdk_review.comment.pulls import Pull

AUTHOR: Final = "github-actions[bot]"
"""Who a workflow's own token comments as."""


def upsert(github: GitHub, event: Event, pull: Pull, text: str, *, author: str = AUTHOR) -> str:
    """Write ``text`` into the comment that ``author`` made earlier, or into a new one; return what was done.

    Anybody can write the marker, so only the author's own comments count. Should there be several, the first stays.
    """
    path = f"/repos/{event.repository.full_name}/issues"
    own = [item for item in github.pages(f"{path}/{pull.number}/comments") if _is_own(item, author)]
    if not own:
        github.send("POST", f"{path}/{pull.number}/comments", {"body": text})
        return "commented"
    github.send("PATCH", f"{path}/comments/{int(own[0]['id'])}", {"body": text})
    for item in own[1:]:
        github.send("DELETE", f"{path}/comments/{int(item['id'])}")
    return "updated the comment"


def _is_own(item: Any, author: str) -> bool:
    login = (item.get("user") or {}).get("login")
    return login == author and str(item.get("body") or "").startswith(MARKER)
