"""What the emulator refuses before it looks at credentials: other hosts, browsers, and administration.

The emulator listens on loopback, where every user of the machine and every page in a browser can reach it. No AWS
client sends ``Origin`` or ``Sec-Fetch-*``; browsers set them, and a page can't leave them out ("Forbidden request
header" in the Fetch standard). A page that rebinds its own host name to loopback still sends that name as ``Host``.
"""

from collections import Counter
from collections.abc import Iterable

HEALTH = "/_rehearsal/health"
OWN_ROUTES = "/_rehearsal/"
# Bucket names can't start with an underscore, so every such path is MiniStack's or the rehearsal's. These are open:
# endpoints of an app's APIs, functions, and load balancers, and the URLs that CloudFormation hands to custom
# resources and wait conditions, whose last part is random.
ENDPOINTS = ("/_aws/execute-api/", "/_aws/lambda-url/", "/_alb/")
SIGNALS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
STATUS_PAGES = ("/health",)
ONCE = (b"host", b"authorization")

Headers = Iterable[tuple[bytes, bytes]]


def loopback_hosts(*ports: int) -> frozenset[bytes]:
    """Return the ``Host`` headers of clients that know the emulator by one of ``ports``."""
    return frozenset(f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost") for port in ports)


def refusal(method: str, path: str, headers: Headers, hosts: frozenset[bytes]) -> str | None:
    """Return why a request is refused, as one line, or None where it may go on."""
    sent = [(name.lower(), value) for name, value in headers]
    count = Counter(name for name, _ in sent)
    given = dict(sent)
    if any(count[name] > 1 for name in ONCE) or given.get(b"host") not in hosts:
        return "Host: the emulator answers at 127.0.0.1 and localhost with its port only; use the printed address"
    if b"origin" in count or any(name.startswith(b"sec-fetch-") for name in count):
        return "Origin: the emulator does not answer browsers; use an AWS client"
    if not _is_open(method, path):
        return "path: MiniStack's administration is closed; use AWS's APIs"
    return None


def _is_open(method: str, path: str) -> bool:
    if path.startswith("/_"):
        return path.startswith((OWN_ROUTES, *ENDPOINTS)) or (method == "PUT" and path.startswith(SIGNALS))
    return path.startswith("/") and path not in STATUS_PAGES


def without_cross_origin(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer without those that let pages of other origins read it."""
    return [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]
