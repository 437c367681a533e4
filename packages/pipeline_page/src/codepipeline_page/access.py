"""boto3 clients for the pipeline's account and for the accounts it deploys to."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from botocore.config import Config

import cdk_assembly

DEPLOYS, LOOKS_UP = "-deploy-role-", "-lookup-role-"
SESSION = "delivery-page"
EARLY = dt.timedelta(minutes=5)
PATIENCE = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 2})


class Clients(Protocol):
    """Returns clients."""

    def __call__(self, service: str, *, role: str | None = None, region: str | None = None) -> Any:
        """Return a client of ``service``, in the account of ``role`` and in ``region`` if given."""
        ...


def reader(role: str) -> str:
    """Return the role to read with for an action that uses ``role``.

    The CDK's bootstrap stack creates a read-only lookup role for each deploy role.
    """
    return role.replace(DEPLOYS, LOOKS_UP) if ":role/cdk-" in role else role


def account_of(role: str | None) -> str | None:
    """Return the account of a role's ARN; None without a role."""
    return cdk_assembly.account_of(role) if role else None


class Access:
    """Creates each client once. Other accounts are read with an assumed role, or with a session configured for them."""

    def __init__(
        self,
        session: Any,
        *,
        accounts: Mapping[str, Any] | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(tz=dt.UTC),
    ) -> None:
        """Use ``session`` for the pipeline's account; ``accounts`` maps other accounts to their sessions."""
        self._session, self._accounts, self._now = session, accounts or {}, now
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str | None, str | None], tuple[Any, dt.datetime | None]] = {}

    def __call__(self, service: str, *, role: str | None = None, region: str | None = None) -> Any:
        """Return the client; the client of a role is replaced before its credentials expire."""
        key = (service, role, region)
        with self._lock:
            client, ends = self._clients.get(key, (None, None))
            if client is None or (ends is not None and self._now() > ends - EARLY):
                client, ends = self._make(service, role, region)
                self._clients[key] = client, ends
            return client

    def _make(self, service: str, role: str | None, region: str | None) -> tuple[Any, dt.datetime | None]:
        own = self._accounts.get(account_of(role) or "")
        if role is None or own is not None:
            return (own or self._session).client(service, region_name=region, config=PATIENCE), None
        sts = self._session.client("sts", config=PATIENCE)
        given = sts.assume_role(RoleArn=reader(role), RoleSessionName=SESSION)["Credentials"]
        client = self._session.client(
            service,
            region_name=region,
            config=PATIENCE,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        return client, given["Expiration"]
