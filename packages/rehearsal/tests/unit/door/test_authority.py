import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509

from cdk_rehearsal.door.authority import Authority

NOW = dt.datetime(2030, 1, 2, tzinfo=dt.UTC)


def shake_hands(authority: Authority, host: str, trusted: bytes) -> ssl.SSLObject:
    """TLS between memory buffers; verification runs at the machine's own time."""
    client_context = ssl.create_default_context(cadata=trusted.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=host)
    server = authority.context(host).wrap_bio(to_server, to_client, server_side=True)
    for end in (client, server, client, server):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client


def test_client_that_trusts_the_session_accepts_any_host(tmp_path: Path) -> None:
    authority = Authority(tmp_path, now=dt.datetime.now(dt.UTC))
    for host in ("sts.us-east-1.amazonaws.com", "a.b.s3.amazonaws.com", f"{'long.' * 20}example"):
        assert shake_hands(authority, host, authority.pem).version() == "TLSv1.3"


def test_keys_are_never_left_in_the_folder(tmp_path: Path) -> None:
    authority = Authority(tmp_path, now=NOW)
    authority.context("a.example")
    assert list(tmp_path.iterdir()) == []
    assert b"PRIVATE" not in authority.pem


def test_context_of_a_host_is_made_once(tmp_path: Path) -> None:
    authority = Authority(tmp_path, now=NOW)
    assert authority.context("a.example") is authority.context("a.example")


def test_every_session_has_an_authority_of_its_own(tmp_path: Path) -> None:
    assert Authority(tmp_path, now=NOW).pem != Authority(tmp_path, now=NOW).pem


def test_certificates_are_valid_for_weeks_and_sign_nothing(tmp_path: Path) -> None:
    certificate = Authority(tmp_path, now=NOW).issue("a.example")
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
