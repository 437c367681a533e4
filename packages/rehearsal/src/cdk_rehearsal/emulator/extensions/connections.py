"""Source connections, under CodeConnections' present and former name.

In AWS a new connection is PENDING until its owner authorises it in the console. Here local repositories stand for the
provider and there is nothing to authorise: a connection is AVAILABLE at once.
"""

import uuid
from collections.abc import Callable
from typing import Any

from ministack.core.responses import AccountRegionScopedDict

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

CREATE_ONLY = ("ConnectionName", "HostArn", "ProviderType")
NAMES = (
    (
        "AWS::CodeStarConnections::Connection",
        "codestar-connections",
        "com.amazonaws.codestar.connections.CodeStar_connections_20191201",
    ),
    (
        "AWS::CodeConnections::Connection",
        "codeconnections",
        "com.amazonaws.codeconnections.CodeConnections_20231201",
    ),
)

_connections = AccountRegionScopedDict()


def install(_config: EmulatorConfig) -> None:
    """Register the type and the API under both names."""
    for type_name, namespace, target in NAMES:
        hooks.register_resource_type(type_name, Connection(namespace), create_only=CREATE_ONLY)
        hooks.register_service(
            namespace,
            target_prefixes=[target],
            operations={
                "CreateConnection": _creator(namespace),
                "DeleteConnection": _delete,
                "GetConnection": _get,
                "ListConnections": _list,
            },
            resource_arn=lambda call: str(call.payload.get("ConnectionArn", "*")),
            iam_namespace=namespace,
            json_version="1.0",
        )
    hooks.persist("connections", save=lambda: {"connections": _connections}, load=_restore)


def _restore(state: dict[str, Any]) -> None:
    _connections.clear()
    _connections.update(state.get("connections", {}))


def connect(namespace: str, name: str, provider: str) -> str:
    """Make a connection in the current account and region; its ARN."""
    arn = f"arn:aws:{namespace}:{hooks.region()}:{hooks.account()}:connection/{uuid.uuid4()}"
    _connections[arn] = {
        "ConnectionArn": arn,
        "ConnectionName": name,
        "ProviderType": provider,
        "OwnerAccountId": hooks.account(),
        "ConnectionStatus": "AVAILABLE",
    }
    return arn


class Connection:
    """Both CloudFormation types: Ref is the ARN."""

    def __init__(self, namespace: str) -> None:
        """Say which of the two names the ARN carries."""
        self._namespace = namespace

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Make the connection."""
        name = request.properties.get("ConnectionName", request.logical_id)
        return _resource(connect(self._namespace, name, request.properties.get("ProviderType", "GitHub")))

    def update(self, resource_id: str, _previous: hooks.Properties, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Keep it: only tags change in place."""
        return _resource(resource_id)

    def delete(self, resource_id: str, _properties: hooks.Properties) -> None:
        """Remove it."""
        _connections.pop(resource_id, None)


def _resource(arn: str) -> hooks.Resource:
    record = _connections[arn]
    shown = ("ConnectionArn", "ConnectionStatus", "OwnerAccountId")
    return hooks.Resource(arn, {name: record[name] for name in shown})


def _creator(namespace: str) -> Callable[[hooks.Call], hooks.Json]:
    def create(call: hooks.Call) -> hooks.Json:
        provider = call.payload.get("ProviderType", "GitHub")
        return {"ConnectionArn": connect(namespace, call.payload["ConnectionName"], provider)}

    return create


def _known(call: hooks.Call) -> dict[str, str]:
    record: dict[str, str] | None = _connections.get(call.payload["ConnectionArn"])
    if record is None:
        raise hooks.ServiceError("ResourceNotFoundException", f"Could not find {call.payload['ConnectionArn']}")
    return record


def _get(call: hooks.Call) -> hooks.Json:
    return {"Connection": _known(call)}


def _list(_call: hooks.Call) -> hooks.Json:
    return {"Connections": list(_connections.values())}


def _delete(call: hooks.Call) -> hooks.Json:
    del _connections[_known(call)["ConnectionArn"]]
    return {}
