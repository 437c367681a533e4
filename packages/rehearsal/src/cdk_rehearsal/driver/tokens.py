"""Creates the secrets of GitHub tokens that a pipeline's sources name. On AWS they exist before the app."""

import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from cdk_rehearsal.driver.assembly import PIPELINE, Assembly
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.engine.providers import GITHUB

# A dynamic reference to a secret by its name, and to a member of it.
REFERENCE = re.compile(r"\{\{resolve:secretsmanager:(?!arn:)([^:}]+)(?::SecretString:([^:}]*))?[^}]*\}\}")
PLACEHOLDER = "nobody-looks-at-it"


def make_tokens(config: EmulatorConfig, assembly: Assembly) -> None:
    """Create the secrets that do not exist."""
    where = assembly.pipeline().stack.environment
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for token in _tokens(assembly):
        if reference := REFERENCE.fullmatch(token):
            wanted[reference[1]].add(reference[2] or "")
    secrets = client(
        "secretsmanager", endpoint=config.endpoint, region=where.region, credentials=config.root(where.account)
    )
    for name, members in wanted.items():
        value = PLACEHOLDER if "" in members else json.dumps(dict.fromkeys(sorted(members), PLACEHOLDER))
        with contextlib.suppress(secrets.exceptions.ResourceExistsException):
            secrets.create_secret(Name=name, SecretString=value)


def _tokens(assembly: Assembly) -> Iterator[str]:
    for resource in assembly.template(assembly.pipeline().stack)["Resources"].values():
        actions: list[Any] = resource["Properties"]["Stages"][0]["Actions"] if resource["Type"] == PIPELINE else []
        for action in actions:
            token = action.get("Configuration", {}).get("OAuthToken")
            if action["ActionTypeId"]["Provider"] == GITHUB.provider and isinstance(token, str):
                yield token
