"""CloudFormation's service role: it must exist and trust CloudFormation, and the caller must be allowed to pass it.

What the stack then does is not enforced under that role: MiniStack makes resources without asking IAM.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import ministack.app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id

from rehearsal.emulator import hooks
from rehearsal.emulator.config import EmulatorConfig
from rehearsal.emulator.wiring.sessions import trusts

SERVICE = "cloudformation.amazonaws.com"
Response = tuple[int, dict[str, str], bytes]


def install(_config: EmulatorConfig) -> None:
    """Check the role before CloudFormation sees the request."""
    served: Callable[..., Awaitable[Response]] = ministack.app.SERVICE_HANDLERS["cloudformation"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Response:
        role = parse_qs(body.decode(errors="replace")).get("RoleARN", [""])[0]
        refusal = refuse(role, headers, query) if role else None
        return refusal or await served(method, path, headers, body, query)

    ministack.app.SERVICE_HANDLERS["cloudformation"] = handle


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
