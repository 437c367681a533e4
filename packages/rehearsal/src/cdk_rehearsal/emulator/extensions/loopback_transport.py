"""Loopback HTTP counts as secure transport: what AWS encrypts on a network never touches one here.

Without it, every bucket policy that denies ``aws:SecureTransport: false`` denies everything. Who wants to see that
such a policy holds says that the request came unencrypted, as a proxy would: ``X-Forwarded-Proto: http``.
"""

import ipaddress
from contextvars import ContextVar
from typing import Any

import ministack.app
from ministack.core import iam_evaluator

from cdk_rehearsal.emulator.config import EmulatorConfig

FORWARDED = (b"x-forwarded-proto", b"http")

_unencrypted: ContextVar[bool] = ContextVar("unencrypted", default=False)
_app = ministack.app.app


def install(_config: EmulatorConfig) -> None:
    """Answer ``aws:SecureTransport`` as true for callers on loopback, unless they say otherwise."""
    ministack.app.app = _listen
    ministack.app.pin_request_origin = _pin_request_origin


async def _listen(scope: Any, receive: Any, send: Any) -> None:
    headers = {(name.lower(), value.strip().lower()) for name, value in scope.get("headers", ())}
    _unencrypted.set(FORWARDED in headers)
    await _app(scope, receive, send)


def _pin_request_origin(source_ip: str, secure_transport: bool) -> None:  # noqa: FBT001 - MiniStack's own signature
    loopback = ipaddress.ip_address(source_ip).is_loopback and not _unencrypted.get()
    iam_evaluator.pin_request_origin(source_ip, secure_transport or loopback)
