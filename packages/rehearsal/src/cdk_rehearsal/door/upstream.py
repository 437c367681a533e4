"""The user's own proxy, through which hosts that pass are reached where there is one."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from cdk_rehearsal.errors import RehearsalError

HTTP_PORT, PROXY_TLS_PORT = 80, 443


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy's address. ``authorization`` is the value of Proxy-Authorization, empty without a user."""

    host: str
    port: int
    tls: bool
    authorization: str

    @classmethod
    def parse(cls, variable: str, url: str) -> "Proxy":
        """Read a proxy's URL from an environment variable. Raises :class:`RehearsalError`."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
            raise RehearsalError(f"{variable}: {shown} is not the URL of an HTTP proxy; write http://HOST:PORT")
        tls = parts.scheme == "https"
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        authorization = f"Basic {base64.b64encode(user.encode()).decode()}" if parts.username else ""
        default = PROXY_TLS_PORT if tls else HTTP_PORT
        return cls(host=parts.hostname, port=port or default, tls=tls, authorization=authorization)


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """The user's proxies by scheme, and the hosts that they are not for."""

    http: Proxy | None = None
    https: Proxy | None = None
    direct: tuple[str, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Upstream":
        """Read the variables that curl and most other programs know. Raises :class:`RehearsalError`."""
        proxies = {}
        for scheme in ("http", "https"):
            names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
            name = next((name for name in names if environ.get(name)), None)
            proxies[scheme] = Proxy.parse(name, environ[name]) if name else None
        listed = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
        direct = tuple(word.strip().lower().removeprefix("*") for word in listed.split(",") if word.strip())
        return cls(http=proxies["http"], https=proxies["https"], direct=direct)

    def proxy_for(self, host: str, *, tls: bool) -> Proxy | None:
        """Return the proxy through which a host is reached, or None if it is reached directly."""
        if any(
            not entry or host == entry.lstrip(".") or host.endswith(f".{entry.lstrip('.')}") for entry in self.direct
        ):
            return None
        return self.https if tls else self.http
