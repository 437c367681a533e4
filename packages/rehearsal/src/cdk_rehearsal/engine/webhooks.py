"""Webhooks: which of the requests that a third party sends start a pipeline.

Rules: "WebhookDefinition" and "WebhookFilterRule" in the CodePipeline API reference.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from cdk_rehearsal.engine.execution import Record

# The part of JSONPath that is evaluated: members of members.
PATH = re.compile(r"\$((?:\.[A-Za-z_][A-Za-z0-9_]*)+)")
PLACEHOLDER = re.compile(r"\{([A-Za-z0-9]+)\}")


class WebhookFilter(Record):
    """What a request must hold at a path; ``equals`` may name members of the action's configuration in braces."""

    path: str
    equals: str | None = None

    def passes(self, body: Mapping[str, Any], configuration: Mapping[str, str]) -> bool:
        """Whether a request with this body passes, for an action with that configuration."""
        found: Any = body
        for member in self.path.split(".")[1:]:
            if not isinstance(found, Mapping) or member not in found:
                return False
            found = found[member]
        if self.equals is None:
            return True
        return str(found) == PLACEHOLDER.sub(lambda key: configuration.get(key[1], key[0]), self.equals)


class Webhook(Record):
    """A webhook of an account and region; the third party knows of it once it is ``registered``."""

    account: str
    region: str
    name: str
    pipeline: str
    action: str
    filters: list[WebhookFilter]
    authentication: str
    secrets: dict[str, str]
    registered: bool = False
    triggered: float | None = None
    tags: dict[str, str] = Field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The webhook's ARN."""
        return f"arn:aws:codepipeline:{self.region}:{self.account}:webhook:{self.name}"

    @property
    def url(self) -> str:
        """Where the third party would send requests; nothing answers there."""
        return f"https://{self.region}.webhooks.aws/trigger?t={self.account}.{self.name}"

    def accepts(self, body: Mapping[str, Any], configuration: Mapping[str, str]) -> bool:
        """Whether a request starts the pipeline: "if all of the rules pass"."""
        return all(each.passes(body, configuration) for each in self.filters)
