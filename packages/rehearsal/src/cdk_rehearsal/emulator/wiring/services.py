"""Wire APIs: new services of the AWS JSON protocol, and single operations of services that the emulator has."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import ministack.app
from ministack.core import concurrency, iam_actions, iam_evaluator, responses, router

from cdk_rehearsal.emulator.contracts import Call, Json, ServiceError
from cdk_rehearsal.emulator.wiring.scope import account, region

Operation = Callable[[Call], Json]
ResourceArn = Callable[[Call], str]
Response = tuple[int, dict[str, str], bytes]
Headers = dict[str, str]

_resource_arns: dict[str, ResourceArn] = {}
_refinements: dict[str, Callable[[str], str]] = {}
_extract_resource_arn = iam_actions.extract_resource_arn


def _call(headers: Headers, body: bytes) -> Call:
    return Call(
        operation=headers.get("x-amz-target", "").rsplit(".", 1)[-1],
        payload=json.loads(body or b"{}"),
        account=account(),
        region=region(),
        caller_arn=iam_evaluator.caller_arn(),
    )


def _answer(operation: Operation, headers: Headers, body: bytes, content_type: str) -> Response:
    try:
        payload = operation(_call(headers, body))
    except ServiceError as error:
        response: Response = responses.error_response_json(error.code, error.message, error.status)
        return response
    return 200, {"Content-Type": content_type}, json.dumps(payload).encode()


def _authorised_resource(service: str, method: str, path: str, headers: Headers, body: bytes, *rest: Any) -> str:
    named = _resource_arns.get(service)
    if named is None:
        found = str(_extract_resource_arn(service, method, path, headers, body, *rest))
        return _refinements[service](found) if service in _refinements else found
    try:
        return named(_call(headers, body)) or "*"
    except (KeyError, TypeError, ValueError):
        return "*"


def authorise_on(service: str, resource_arn: ResourceArn) -> None:
    """Name the resource that each call of ``service`` is authorised on; ``*`` or an empty string where none is."""
    _resource_arns[service] = resource_arn
    iam_actions.extract_resource_arn = _authorised_resource


def refine_resource(service: str, refine: Callable[[str], str]) -> None:
    """Name more exactly the resource that MiniStack finds a call of ``service`` to be about."""
    _refinements[service] = refine
    iam_actions.extract_resource_arn = _authorised_resource


def register_service(
    name: str,
    *,
    target_prefixes: Sequence[str],
    operations: Mapping[str, Operation],
    resource_arn: ResourceArn,
    iam_namespace: str,
    json_version: str = "1.1",
) -> None:
    """Serve a service of the AWS JSON protocol.

    A call is routed by its ``X-Amz-Target``, authenticated, and authorised as ``<iam_namespace>:<operation>`` on
    ``resource_arn(call)``; only then is the operation run, on a thread of its own, so that it may wait and may call
    the emulator. An operation that is not in ``operations`` answers ``UnknownOperationException``.

    Args:
        name: the emulator's name of the service.
        target_prefixes: ``targetPrefix`` of the botocore model, or several.
        operations: by operation name; each answers the output as JSON values (timestamps as epoch seconds).
        resource_arn: the resource that a call is about.
        iam_namespace: the prefix of its IAM actions.
        json_version: ``jsonVersion`` of the botocore model.
    """
    content_type = f"application/x-amz-json-{json_version}"

    async def handle(_method: str, _path: str, headers: Headers, body: bytes, _query: object) -> Response:
        operation = operations.get(headers.get("x-amz-target", "").rsplit(".", 1)[-1], _unknown)
        return await _on_thread(operation, headers, body, content_type)

    router.SERVICE_PATTERNS[name] = {"target_prefixes": list(target_prefixes), "credential_scope": iam_namespace}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[name] = iam_namespace
    ministack.app.SERVICE_HANDLERS[name] = handle
    authorise_on(name, resource_arn)


def extend_service(
    name: str,
    operations: Mapping[str, Operation],
    *,
    resource_arn: ResourceArn | None = None,
    json_version: str = "1.1",
) -> None:
    """Answer some operations of a JSON service that the emulator has; all others stay as they are.

    Arguments are those of :func:`register_service`.
    """
    served: Callable[..., Awaitable[Response]] = ministack.app.SERVICE_HANDLERS[name]
    content_type = f"application/x-amz-json-{json_version}"

    async def handle(method: str, path: str, headers: Headers, body: bytes, query: object) -> Response:
        operation = operations.get(headers.get("x-amz-target", "").rsplit(".", 1)[-1])
        if operation is None:
            return await served(method, path, headers, body, query)
        return await _on_thread(operation, headers, body, content_type)

    ministack.app.SERVICE_HANDLERS[name] = handle
    if resource_arn:
        authorise_on(name, resource_arn)


async def _on_thread(operation: Operation, headers: Headers, body: bytes, content_type: str) -> Response:
    response: Response = await concurrency.run_reentrant(_answer, operation, headers, body, content_type)
    return response


def _unknown(call: Call) -> Json:
    raise ServiceError("UnknownOperationException", f"{call.operation} is not part of this emulated service")
