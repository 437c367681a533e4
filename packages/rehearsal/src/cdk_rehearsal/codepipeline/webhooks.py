"""Webhooks, per account and region: ``<root>/<account>/<region>/<name>.json``. Hold the pipelines' store meanwhile."""

import time
from pathlib import Path

from cdk_rehearsal.engine.webhooks import Webhook

Key = tuple[str, str, str]


class Webhooks:
    """All webhooks of one emulator."""

    def __init__(self, root: Path) -> None:
        """Keep them below ``root``, and take up what is there."""
        self._root = root
        self._known: dict[Key, Webhook] = {}
        for file in sorted(root.glob("*/*/*.json")):
            webhook = Webhook.model_validate_json(file.read_text())
            self._known[webhook.account, webhook.region, webhook.name] = webhook

    def find(self, key: Key) -> Webhook | None:
        """Return the webhook of an account, region and name."""
        return self._known.get(key)

    def all(self) -> list[Webhook]:
        """Return every webhook, by account, region and name."""
        return [self._known[key] for key in sorted(self._known)]

    def save(self, webhook: Webhook) -> None:
        """Keep a webhook."""
        self._known[webhook.account, webhook.region, webhook.name] = webhook
        path = self._path(webhook)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(webhook.model_dump_json())
        new.replace(path)

    def triggered(self, webhook: Webhook) -> None:
        """Note that a webhook has started its pipeline just now."""
        self.save(webhook.model_copy(update={"triggered": time.time()}))

    def delete(self, key: Key) -> None:
        """Forget a webhook; one that is gone is as good."""
        webhook = self._known.pop(key, None)
        if webhook is not None:
            self._path(webhook).unlink(missing_ok=True)

    def _path(self, webhook: Webhook) -> Path:
        return self._root / webhook.account / webhook.region / f"{webhook.name}.json"
