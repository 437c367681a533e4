import pytest

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import account_root


def test_a_client_asks_the_emulator_alone_whatever_the_user_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-nobody-has")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example.com")
    made = client(
        "s3", endpoint="http://127.0.0.1:4999", region="eu-west-1", credentials=account_root("111111111111", "unused")
    )
    assert made.meta.endpoint_url == "http://127.0.0.1:4999"
    assert made.meta.region_name == "eu-west-1"
    assert made._request_signer._credentials.access_key == "111111111111"
    assert made._request_signer._credentials.token is None


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_client_never_uses_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://proxy.example:3128")
    made = client(
        "sts", endpoint="http://127.0.0.1:4999", region="eu-west-1", credentials=account_root("111111111111", "unused")
    )
    proxies = made._endpoint.http_session._proxy_config
    assert proxies.proxy_url_for("http://127.0.0.1:4999/") is None
    assert proxies.proxy_url_for("https://127.0.0.1:4999/") is None
