import pytest

from cdk_rehearsal.door.names import is_aws, normalized, split_address
from cdk_rehearsal.door.policy import Policy, Verdict, advice

POLICY = Policy(
    emulator=4999,
    allowed=[
        "Mirror.Example.com.",
        "*.internal.example",
        "awscli.amazonaws.com",
        "sts.amazonaws.com",
        "*.amazonaws.com",
    ],
    registries=lambda: frozenset({"packages.example", "127.0.0.1:3141"}),
)


@pytest.mark.parametrize(
    ("host", "port", "verdict"),
    [
        ("sts.us-east-1.amazonaws.com", 443, Verdict.EMULATOR),
        ("bucket.s3.cn-north-1.amazonaws.com.cn", 443, Verdict.EMULATOR),
        ("lambda.us-east-1.api.aws", 443, Verdict.EMULATOR),
        ("sts.amazonaws.com", 443, Verdict.EMULATOR),
        ("awscli.amazonaws.com", 443, Verdict.PASS),
        ("mirror.example.com", 443, Verdict.PASS),
        ("a.b.internal.example", 8443, Verdict.PASS),
        ("internal.example", 443, Verdict.REFUSE),
        ("packages.example", 443, Verdict.PASS),
        ("amazonaws.com.example", 443, Verdict.REFUSE),
        ("notamazonaws.com", 443, Verdict.REFUSE),
        ("127.0.0.1", 4999, Verdict.EMULATOR),
        ("localhost", 4999, Verdict.EMULATOR),
        ("127.0.0.1", 3141, Verdict.PASS),
        ("127.0.0.1", 5432, Verdict.REFUSE),
        ("app.localhost", 22, Verdict.REFUSE),
        ("169.254.169.254", 80, Verdict.REFUSE),
        ("::1", 5432, Verdict.REFUSE),
        ("", 443, Verdict.REFUSE),
    ],
)
def test_policy_decides_by_host(host: str, port: int, verdict: Verdict) -> None:
    assert POLICY.decide(host, port) is verdict


def test_registries_are_read_at_the_first_unknown_host_only() -> None:
    asked: list[int] = []

    def registries() -> frozenset[str]:
        asked.append(1)
        return frozenset()

    policy = Policy(emulator=1, allowed=["known.example"], registries=registries)
    policy.decide("sts.amazonaws.com", 443)
    policy.decide("known.example", 443)
    assert asked == []
    policy.decide("unknown.example", 443)
    assert asked == [1]


def test_advice_names_the_option() -> None:
    assert advice("x.example") == "x.example: not reachable from a rehearsal; allow it with --allow-host x.example"


def test_suffix_itself_is_aws() -> None:
    assert is_aws("amazonaws.com")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Host.Example", ("host.example", 443)),
        ("host.example:80", ("host.example", 80)),
        ("[::1]:80", ("::1", 80)),
        ("[::1]", ("::1", 443)),
    ],
)
def test_address_splits_into_host_and_port(text: str, found: tuple[str, int]) -> None:
    assert split_address(text, 443) == found


def test_address_with_malformed_port_is_rejected() -> None:
    with pytest.raises(ValueError, match="soon"):
        split_address("host:soon", 443)


def test_host_name_is_compared_without_case_and_final_dot() -> None:
    assert normalized(" A.Example. ") == "a.example"
