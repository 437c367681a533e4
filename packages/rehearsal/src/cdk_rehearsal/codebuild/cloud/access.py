"""The clients of one build, all under its service role."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.contracts import Credentials

AWS_ERRORS = (ClientError, BotoCoreError)
"""What a call may raise: the service refuses it, or can't be reached, as when the emulator stops."""


class Access:
    """Clients by service, each made when it is first asked for."""

    def __init__(self, *, endpoint: str, region: str, credentials: Credentials) -> None:
        """Act at ``endpoint`` with the credentials of a build's service role."""
        self._endpoint, self._region = endpoint, region
        self.credentials = credentials
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return the build's client of a service."""
        if service not in self._clients:
            keys = {name: str(value) for name, value in self.credentials.items()}
            self._clients[service] = client(service, endpoint=self._endpoint, region=self._region, credentials=keys)
        return self._clients[service]
