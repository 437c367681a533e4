"""Under whose credentials an action runs: the pipeline's role, or the action's own, which that one must assume."""

import threading
import time
from typing import Any

from cdk_assembly import account_of
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import Credentials, assume_service_role, scope

SERVICE = "codepipeline.amazonaws.com"
# Role chaining ends a session after an hour; it is begun anew well before.
LIFETIME_SECONDS = 45 * 60


class RoleSession:
    """The credentials of one action, renewed while it runs, and clients under them."""

    def __init__(
        self, config: EmulatorConfig, *, pipeline_arn: str, pipeline_role: str, action_role: str | None, name: str
    ) -> None:
        """Act for the pipeline ``pipeline_arn``; ``name`` is the session's."""
        self._config = config
        self._pipeline_arn = pipeline_arn
        self._pipeline_role = pipeline_role
        self._action_role = action_role
        self._name = name
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._credentials: Credentials | None = None
        self._renew_at = 0.0

    @property
    def role(self) -> str:
        """The role that the action acts as."""
        return self._action_role or self._pipeline_role

    def client(self, service: str, region: str) -> Any:
        """Return a client of ``service`` under the action's role.

        Raises:
            ServiceError: the pipeline's role does not trust CodePipeline.
            ClientError: the pipeline's role may not assume the action's.
        """
        with self._lock:
            if self._credentials is None or time.monotonic() >= self._renew_at:
                self._credentials = self._begin(region)
                self._clients.clear()
                self._renew_at = time.monotonic() + LIFETIME_SECONDS
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._new_client(service, region, self._credentials)
            return self._clients[key]

    def limited(self, policy: str, region: str) -> Credentials:
        """Return credentials of a new session that may do no more than a session policy allows.

        Raises as :meth:`client` does.
        """
        return self._begin(region, policy)

    def _begin(self, region: str, policy: str = "") -> Credentials:
        account = account_of(self._pipeline_arn)
        alone = self._action_role is None or self._action_role == self._pipeline_role
        with scope(account, region):
            first = assume_service_role(
                self._pipeline_role,
                SERVICE,
                self._name,
                source_arn=self._pipeline_arn,
                policy=policy if alone else "",
            )
        if alone:
            return first
        sts = self._new_client("sts", region, first)
        limits = {"Policy": policy} if policy else {}
        answer = sts.assume_role(RoleArn=self._action_role, RoleSessionName=self._name, **limits)["Credentials"]
        return Credentials(
            AccessKeyId=answer["AccessKeyId"],
            SecretAccessKey=answer["SecretAccessKey"],
            SessionToken=answer["SessionToken"],
        )

    def _new_client(self, service: str, region: str, credentials: Credentials) -> Any:
        return client(
            service,
            endpoint=self._config.endpoint,
            region=region,
            credentials=as_texts(credentials),
        )


def as_texts(credentials: Credentials) -> dict[str, str]:
    """Return credentials as clients and workers take them."""
    return {name: str(value) for name, value in credentials.items()}
