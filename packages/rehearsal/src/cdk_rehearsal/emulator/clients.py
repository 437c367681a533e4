"""boto3 clients for the emulator. Nothing of the user's AWS configuration reaches them."""

import os
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.config
import botocore.loaders
import botocore.session

LIKE_ANY_CLIENT = botocore.config.Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    s3={"addressing_style": "path"},
    ignore_configured_endpoint_urls=True,
    # No proxy for either scheme: the emulator is on loopback. botocore reads an empty mapping as "ask the environment".
    proxies={"http": None, "https": None},
)

# As botocore writes its own: name in the file, names in the environment, default, conversion.
NOTHING_OF_THE_USERS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
LOADER = botocore.loaders.create_loader()  # reads each service's description once, which takes most of a client's time


def client(service: str, *, endpoint: str, region: str, credentials: Mapping[str, str]) -> Any:
    """Return a client of ``service`` under ``credentials`` (AccessKeyId, SecretAccessKey, SessionToken as STS says).

    The session reads no profile and no file, so that a user's own credentials can neither be used nor get in the way.
    """
    core = botocore.session.Session(session_vars=NOTHING_OF_THE_USERS)
    core.register_component("data_loader", LOADER)
    session = boto3.session.Session(botocore_session=core, region_name=region)
    return session.client(
        service,
        endpoint_url=endpoint,
        config=LIKE_ANY_CLIENT,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )
