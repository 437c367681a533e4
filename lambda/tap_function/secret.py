"""The database's credentials, as AWS Secrets Manager has them now."""

import json
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from tap_function.aws import client, said
from tap_function.failures import CheckFailedError


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a secret that RDS manages holds: a user name and a password, and nothing else."""

    username: str
    password: str = field(repr=False)


def current(arn: str) -> Credentials:
    """Return the current credentials; asked for each time, since RDS rotates them.

    Raises:
        CheckFailedError: The secret can't be read, or holds no credentials.
    """
    try:
        value = client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise CheckFailedError(f"the database's secret can't be read: {said(error)}") from error
    return _parse(value)


def _parse(value: str) -> Credentials:
    try:
        content = json.loads(value)
        return Credentials(username=content["username"], password=content["password"])
    except (ValueError, KeyError, TypeError):
        # Not chained: the error would quote the secret.
        raise CheckFailedError("the database's secret holds no username and password") from None
