"""A stage's own roles, as a step of the pipeline takes them on."""

import json
from collections.abc import Mapping
from typing import Any

import boto3


def client_under(role: str, *, service: str, region: str, session: str, only: Mapping[str, Any] | None = None) -> Any:
    """Return a client of ``service`` in ``region`` under ``role`` (an ARN).

    ``session`` names the session in the account's trail. ``only``, an IAM policy document, takes away from the session
    whatever it does not allow.
    """
    narrowed = {"Policy": json.dumps(only)} if only else {}
    sts = boto3.client("sts", region_name=region)
    credentials = sts.assume_role(RoleArn=role, RoleSessionName=session, **narrowed)["Credentials"]
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
