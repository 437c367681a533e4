import pytest

from cdk_rehearsal.emulator.wiring.answers import require, xml


def test_a_success_passes() -> None:
    require((200, {}, b""))
    require((204, {}, ""))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"__type": "NotFound", "message": "no such thing"}', "NotFound: no such thing"),
        ('{"message": "wrong"}', "400: wrong"),
        (b"<Error><Code>BadRequest</Code><Message>too many\ntags</Message></Error>", "BadRequest: too many\ntags"),
        (b"", "HTTP status 400"),
    ],
)
def test_an_error_becomes_its_code_and_message(body: bytes | str, reason: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole message is compared
        require((400, {}, body))
    assert str(raised.value) == reason


def test_plain_values_become_xml() -> None:
    value = {"Rule": [{"Status": "Enabled", "Flag": True}, {"Days": 7, "Name": "a<b"}]}
    assert xml("Configuration", value) == (
        b"<Configuration><Rule><Status>Enabled</Status><Flag>true</Flag></Rule>"
        b"<Rule><Days>7</Days><Name>a&lt;b</Name></Rule></Configuration>"
    )
