import pytest

from cdk_rehearsal.door.handover import ForgedHandoverError, stamp, unstamp

CLIENTS = [(b"Host".lower(), b"sts.amazonaws.com"), (b"authorization", b"AWS4"), (b"x-rehearsal-door", b"forged")]


def test_emulator_restores_host_that_the_client_signed() -> None:
    sent = stamp(CLIENTS, signed_host="sts.amazonaws.com", emulator="127.0.0.1:4999", secret="s3")
    assert dict(sent)[b"host"] == b"127.0.0.1:4999"
    assert unstamp(sent, secret="s3") == [(b"host", b"sts.amazonaws.com"), (b"authorization", b"AWS4")]


def test_request_that_passed_no_door_is_unchanged() -> None:
    given = [(b"host", b"127.0.0.1:4999")]
    assert unstamp(given, secret="s3") == given


@pytest.mark.parametrize("secret", ["other", "", "s3"])
def test_handover_without_the_secret_is_forged(secret: str) -> None:
    forged = [(b"x-rehearsal-signed-host", b"sts.amazonaws.com"), (b"x-rehearsal-door", secret.encode())]
    expected = "" if secret == "" else "not " + secret
    with pytest.raises(ForgedHandoverError):
        unstamp(forged, secret=expected)


def test_handover_without_a_host_is_forged() -> None:
    with pytest.raises(ForgedHandoverError):
        unstamp([(b"x-rehearsal-door", b"s3")], secret="s3")
