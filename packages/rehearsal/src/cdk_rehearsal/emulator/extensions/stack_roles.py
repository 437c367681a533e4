"""CloudFormation's service role: the caller must be allowed to pass it, and a stack's work is judged by it.

MiniStack neither keeps that role nor asks IAM when it makes a stack's resources. Here every operation on a resource
needs what :mod:`~cdk_rehearsal.emulator.extensions.resource_permissions` says.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import ministack.app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import AccountRegionScopedDict
from ministack.core.router import extract_access_key_id

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions.resource_permissions import require_permission
from cdk_rehearsal.emulator.wiring.operations import ResourceOperation, observe_resources
from cdk_rehearsal.emulator.wiring.sessions import trusts

SERVICE = "cloudformation.amazonaws.com"
Response = tuple[int, dict[str, str], bytes]


class StackRoles:
    """The role of each stack, from the operation that named it until one that begins anew without."""

    def __init__(self) -> None:
        """Know of none."""
        self._roles = AccountRegionScopedDict()

    def remember(self, parameters: Mapping[str, list[str]]) -> None:
        """Take note of what one CloudFormation request says about its stack's role."""
        stack = _name(parameters.get("StackName", [""])[0])
        if "RoleARN" in parameters:
            self._roles[stack] = parameters["RoleARN"][0]
        elif parameters.get("Action") == ["CreateStack"] or parameters.get("ChangeSetType") == ["CREATE"]:
            self._roles.pop(stack, None)

    def of(self, stack: str) -> str | None:
        """Return the role of a stack, by its name; None for one that acts with its caller's rights."""
        role: str | None = self._roles.get(stack)
        return role

    def authorise(self, operation: ResourceOperation) -> None:
        """Refuse an operation on a resource that its stack's role may not do."""
        role = self.of(operation.stack)
        if role:
            require_permission(role, operation)

    def save(self) -> hooks.Json:
        """Return what to keep across a restart."""
        return {"roles": self._roles}

    def load(self, saved: hooks.Json) -> None:
        """Take up what was kept."""
        self._roles.clear()
        self._roles.update(saved.get("roles", {}))


ROLES = StackRoles()


def install(_config: EmulatorConfig) -> None:
    """Check the role before CloudFormation sees the request, and every resource operation after it."""
    served: Callable[..., Awaitable[Response]] = ministack.app.SERVICE_HANDLERS["cloudformation"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Response:
        parameters = parse_qs(body.decode(errors="replace"))
        role = parameters.get("RoleARN", [""])[0]
        refusal = refuse(role, headers, query) if role else None
        if refusal:
            return refusal
        ROLES.remember(parameters)
        return await served(method, path, headers, body, query)

    ministack.app.SERVICE_HANDLERS["cloudformation"] = handle
    observe_resources(before=ROLES.authorise)
    hooks.persist("stack_roles", save=ROLES.save, load=ROLES.load)


def _name(stack: str) -> str:
    """Return a stack's name from its name or ARN."""
    return stack.split("/")[1] if stack.startswith("arn:") else stack


def refuse(role: str, headers: dict[str, str], query: dict[str, Any]) -> Response | None:
    """Return CloudFormation's refusal of a role that the caller may not pass or that does not trust it, or None."""
    denied = iam_evaluator.enforce(
        extract_access_key_id(headers, query),
        "iam:PassRole",
        "iam",
        hooks.region(),
        resource_arn=role,
        service_context={"iam:PassedToService": SERVICE},
    )
    if denied is not None:
        who = getattr(denied, "principal_arn", "the caller")
        return _error(
            "AccessDenied", f"User: {who} is not authorized to perform: iam:PassRole on resource: {role}", 403
        )
    if not trusts(role, SERVICE):
        return _error("ValidationError", f"Role {role} is invalid or cannot be assumed", 400)
    return None


def _error(code: str, message: str, status: int) -> Response:
    namespace = iam_actions._QUERY_XML_NS["cloudformation"]  # noqa: SLF001 - the one place where it stands
    body = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error></ErrorResponse>"
    )
    return status, {"Content-Type": "text/xml"}, body.encode()
