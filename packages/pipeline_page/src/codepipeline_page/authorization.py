"""Who may ask the page for anything: whoever holds its token, from the page itself, by its own address."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

ROOT = "/pipeline/"
READS, WRITES = ("GET", "HEAD"), ("POST",)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request. Names of headers are in lower case; a header that is sent twice has its values in one, by commas."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    problem: str
    headers: tuple[tuple[str, str], ...] = ()


class Guard:
    """Judges requests to the page at one port."""

    def __init__(self, *, port: int, token: str) -> None:
        """Let in whoever has ``token``."""
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._token = token.encode()
        # Cookies are shared by all ports of a host.
        self.cookie = f"delivery-page-{port}"

    def judge(self, request: Request) -> Refusal | None:
        """Return why the request is refused, or None where it is not."""
        host = request.headers.get("host", "")
        if host not in self._hosts:
            return Refusal(status=421, problem="This page answers at 127.0.0.1 and localhost alone")
        if request.method not in (*READS, *WRITES):
            allow = ", ".join((*READS, *WRITES))
            return Refusal(status=405, problem=f"{request.method} is not allowed", headers=(("Allow", allow),))
        if not self._same_origin(request, host):
            return Refusal(status=403, problem="Another site asked for this")
        if not (self.enters(request) or self._known(request)):
            return Refusal(status=403, problem="Open the page by the address that was printed when it was started")
        return None

    def enters(self, request: Request) -> bool:
        """Whether the request brings the token in its address, as the printed one does."""
        given = parse_qs(request.query).get("token", [""])
        return request.method in READS and request.path == ROOT and self._is_token(given[0])

    def _same_origin(self, request: Request, host: str) -> bool:
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if request.method in WRITES:
            return origin == f"http://{host}" and site in (None, "same-origin")
        # A person may come from anywhere; what the page itself loads may not.
        return origin in (None, f"http://{host}") and (
            site in (None, "same-origin", "none") or request.headers.get("sec-fetch-mode") == "navigate"
        )

    def _known(self, request: Request) -> bool:
        # A parser gives up at an odd cookie, and anything on this machine may have set one.
        cookies = (each.strip().partition("=") for each in request.headers.get("cookie", "").split(";"))
        return any(name == self.cookie and self._is_token(value) for name, _, value in cookies)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token)

    def grant(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that turn the token in the address into a cookie, and lead to the address without it."""
        cookie = f"{self.cookie}={self._token.decode()}; Path={ROOT}; HttpOnly; SameSite=Strict"
        return (("Set-Cookie", cookie), ("Location", ROOT))
