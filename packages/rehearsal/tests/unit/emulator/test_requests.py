import pytest

from cdk_rehearsal.emulator.requests import loopback_hosts, refusal, without_cross_origin

HOSTS = loopback_hosts(4566, 9000)
HOST = (b"host", b"127.0.0.1:4566")


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "127.0.0.1:9000", "localhost:9000"])
def test_loopback_names_with_a_known_port_are_accepted(host: str) -> None:
    assert refusal("GET", "/", [(b"Host", host.encode())], HOSTS) is None


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example.com"],
        ["evil.example.com:4566"],
        ["127.0.0.1"],
        ["127.0.0.1:80"],
        ["127.0.0.1.evil.example.com:4566"],
        ["bucket.localhost:4566"],
        ["127.0.0.1:4566@evil.example.com"],
        ["127.0.0.1:4566", "evil.example.com"],
        ["127.0.0.1:4566", "127.0.0.1:4566"],
    ],
)
def test_missing_foreign_or_repeated_host_is_refused(hosts: list[str]) -> None:
    found = refusal("GET", "/", [(b"host", host.encode()) for host in hosts], HOSTS)
    assert found is not None
    assert found.startswith("Host: ")


def test_repeated_authorization_is_refused() -> None:
    assert refusal("GET", "/", [HOST, (b"authorization", b"a"), (b"Authorization", b"b")], HOSTS) is not None


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "HEAD"])
@pytest.mark.parametrize(
    "name", ["origin", "Origin", "sec-fetch-site", "Sec-Fetch-Mode", "sec-fetch-dest", "sec-fetch-user"]
)
def test_browser_is_refused_whatever_the_method(method: str, name: str) -> None:
    found = refusal(method, "/", [HOST, (name.encode(), b"null")], HOSTS)
    assert found is not None
    assert found.startswith("Origin: ")


@pytest.mark.parametrize(
    "path",
    [
        "/_ministack/reset",
        "/_ministack/config",
        "/_ministack/health",
        "/_ministack/ready",
        "/_ministack/lambda-code/123456789012/us-east-1/f",
        "/_ministack/rds/iam-auth",
        "/_ministack/eks-auth/1",
        "/_ministack/cfn-response/token",
        "/_localstack/health",
        "/_localstack/init",
        "/_aws/sqs/messages",
        "/_anything",
        "/health",
        "*",
        "http://127.0.0.1:4566/_ministack/reset",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_administration_is_closed(method: str, path: str) -> None:
    found = refusal(method, path, [HOST], HOSTS)
    assert found is not None
    assert found.startswith("path: ")


@pytest.mark.parametrize("path", ["/_ministack/cfn-response/token", "/_ministack/cfn-signal/token"])
def test_cloudformation_is_answered_at_its_own_urls(path: str) -> None:
    assert refusal("PUT", path, [HOST], HOSTS) is None


@pytest.mark.parametrize("path", ["/", "/bucket/key", "/_rehearsal/push", "/_aws/lambda-url/id/", "/_alb/name/"])
def test_apis_and_endpoints_are_open(path: str) -> None:
    assert refusal("GET", path, [HOST], HOSTS) is None


def test_cors_headers_are_taken_out_of_answers() -> None:
    sent = [(b"Access-Control-Allow-Origin", b"*"), (b"access-control-max-age", b"1"), (b"etag", b"2")]
    assert without_cross_origin(sent) == [(b"etag", b"2")]
