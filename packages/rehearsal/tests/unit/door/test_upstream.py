import pytest

from cdk_rehearsal.door.upstream import Proxy, Upstream
from cdk_rehearsal.errors import RehearsalError


def test_proxies_are_read_by_scheme() -> None:
    upstream = Upstream.read({"HTTP_PROXY": "http://a.example:3128", "https_proxy": "b.example:8080", "no_proxy": ""})
    assert upstream.proxy_for("x.example", tls=False) == Proxy(host="a.example", port=3128, tls=False, authorization="")
    assert upstream.proxy_for("x.example", tls=True) == Proxy(host="b.example", port=8080, tls=False, authorization="")


def test_proxy_of_all_schemes_is_the_last_choice() -> None:
    upstream = Upstream.read({"ALL_PROXY": "https://c.example", "HTTP_PROXY": "http://a.example"})
    assert upstream.https == Proxy(host="c.example", port=443, tls=True, authorization="")
    assert upstream.http == Proxy(host="a.example", port=80, tls=False, authorization="")


def test_user_of_a_proxy_is_authorized() -> None:
    upstream = Upstream.read({"HTTPS_PROXY": "http://me:p%40ss@a.example:1"})
    assert upstream.https is not None
    assert upstream.https.authorization == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize(
    ("listed", "direct"),
    [
        ("x.example", True),
        (".example", True),
        ("*.example", True),
        ("*", True),
        ("ample", False),
        ("y.example, ", False),
    ],
)
def test_hosts_are_exempt_from_the_proxy(listed: str, direct: bool) -> None:  # noqa: FBT001 - a table of cases
    upstream = Upstream.read({"HTTPS_PROXY": "http://a.example:1", "NO_PROXY": listed})
    assert (upstream.proxy_for("x.example", tls=True) is None) is direct


def test_machine_without_proxies_reaches_hosts_directly() -> None:
    assert Upstream.read({}).proxy_for("x.example", tls=True) is None


@pytest.mark.parametrize("url", ["socks5://me:secret@a.example:1", "http://", "http://a.example:port", "http://a:0"])
def test_malformed_proxy_is_named_without_its_password(url: str) -> None:
    with pytest.raises(RehearsalError, match=r"^HTTPS_PROXY: .* is not the URL of an HTTP proxy") as caught:
        Upstream.read({"HTTPS_PROXY": url})
    assert "secret" not in str(caught.value)
