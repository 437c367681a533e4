from collections.abc import Mapping
from typing import Any

import pytest

from cdk_rehearsal.engine.webhooks import Webhook, WebhookFilter

PUSH: Mapping[str, Any] = {"ref": "refs/heads/main", "repository": {"name": "shop"}}
ACTION = {"Branch": "main", "Repo": "shop"}


@pytest.mark.parametrize(
    ("path", "equals", "passes"),
    [
        ("$.ref", "refs/heads/main", True),
        ("$.ref", "refs/heads/{Branch}", True),
        ("$.ref", "refs/heads/{Tag}", False),
        ("$.ref", "refs/heads", False),
        ("$.repository.name", "{Repo}", True),
        ("$.repository.name", None, True),
        ("$.repository.owner", None, False),
        ("$.ref.name", None, False),
    ],
)
def test_a_filter_compares_a_member_with_text_in_which_braces_name_the_configuration(
    path: str, equals: str | None, *, passes: bool
) -> None:
    assert WebhookFilter(path=path, equals=equals).passes(PUSH, ACTION) is passes


def test_every_filter_must_pass() -> None:
    main, tag = (WebhookFilter(path="$.ref", equals=f"refs/{each}") for each in ("heads/main", "tags/one"))

    def hook(*filters: WebhookFilter) -> Webhook:
        return Webhook(
            account="1" * 12,
            region="eu-west-1",
            name="hook",
            pipeline="delivery",
            action="Source",
            filters=list(filters),
            authentication="UNAUTHENTICATED",
            secrets={},
        )

    assert hook(main).accepts(PUSH, ACTION)
    assert not hook(main, tag).accepts(PUSH, ACTION)
