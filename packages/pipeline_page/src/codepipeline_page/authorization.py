"""Authorization of requests: the page's token, its own host and port, its own origin, and a bounded body."""

import hmac
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codepipeline_page.problems import problem

ROOT: Final = "/pipeline/"
READS, WRITES = ("GET", "HEAD"), ("POST",)
LARGEST: Final = 16 * 1024
"""Largest request body, in bytes."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
SAFE: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
"""Headers of every response."""


def header(request: Request, name: str) -> str | None:
    """Return the header's value, or None; values of a repeated header are joined by commas."""
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """Decides which requests to the page at ``port`` are answered: those of whoever has ``token``."""

    port: int
    token: str

    @property
    def cookie(self) -> str:
        """Name of the cookie, which includes the port: browsers share cookies among the ports of a host."""
        return f"delivery-page-{self.port}"

    def refusal(self, request: Request) -> Response | None:
        """Return the response that refuses ``request``, or None if the request is authorized."""
        host = header(request, "host") or ""
        if host not in {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}:
            return problem(421, "host: the page answers at 127.0.0.1 and localhost only; use the printed address")
        if request.method not in (*READS, *WRITES):
            return problem(405, f"{request.method} is not allowed", Allow=", ".join((*READS, *WRITES)))
        if not _same_origin(request, host):
            return problem(403, "origin: another site sent this request; open the page by the printed address")
        if not (self.has_token(request) or self._has_cookie(request)):
            return problem(403, "token: missing or wrong; open the page by the address printed at its start")
        return _unreadable(request)

    def has_token(self, request: Request) -> bool:
        """Whether the request opens the page with the token in its address, as the printed address does."""
        given = parse_qs(request.scope["query_string"].decode("latin-1")).get("token", [""])
        return request.method in READS and request.scope["path"] == ROOT and self._is_token(given[0])

    def exchange(self) -> Response:
        """Return the response that sets the cookie and redirects to the address without the token."""
        response = RedirectResponse(ROOT, status_code=303)
        response.headers["Set-Cookie"] = f"{self.cookie}={self.token}; Path={ROOT}; HttpOnly; SameSite=Strict"
        return response

    def _has_cookie(self, request: Request) -> bool:
        # Cookie parsers give up at a malformed cookie, which any other program on this machine may have set.
        cookies = (each.strip().partition("=") for each in re.split("[;,]", header(request, "cookie") or ""))
        return any(name == self.cookie and self._is_token(value) for name, _, value in cookies)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


def _same_origin(request: Request, host: str) -> bool:
    origin, site = header(request, "origin"), header(request, "sec-fetch-site")
    if request.method in WRITES:
        return origin == f"http://{host}" and site in (None, "same-origin")
    # People may follow a link from anywhere; only the page itself may load its parts.
    return origin in (None, f"http://{host}") and (
        site in (None, "same-origin", "none") or header(request, "sec-fetch-mode") == "navigate"
    )


def _unreadable(request: Request) -> Response | None:
    length = header(request, "content-length") or "0"
    if "transfer-encoding" in request.headers or not (length.isascii() and length.isdecimal()):
        return problem(411, "content-length: missing; send the body's length", Connection="close")
    if int(length) > LARGEST:
        return problem(413, f"body: larger than {LARGEST} bytes", Connection="close")
    return None


class Authorized:
    """ASGI middleware: passes authorized requests to ``app`` and adds the headers of :data:`SAFE` to every response."""

    def __init__(self, app: ASGIApp, authorization: Authorization) -> None:
        """Protect ``app``."""
        self._app, self._authorization = app, authorization

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. WebSockets are closed: the page has none."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(dict(SAFE))
            await send(message)

        request = Request(scope)
        response: ASGIApp | None = self._authorization.refusal(request)
        if response is None:
            response = self._authorization.exchange() if self._authorization.has_token(request) else self._app
        await response(scope, receive, safe)
