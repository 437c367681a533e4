import pytest

from cdk_rehearsal.codebuild.failure import parse_on_failure


@pytest.mark.parametrize(
    ("value", "action", "retries", "pattern"),
    [
        ("ABORT", "ABORT", 0, ".*"),
        ("CONTINUE", "CONTINUE", 0, ".*"),
        ("RETRY", "RETRY", 3, ".*"),
        ("RETRY-0", "RETRY", 0, ".*"),
        ("RETRY-100", "RETRY", 100, ".*"),
        ("RETRY-time.out", "RETRY", 3, "time.out"),
        ("Retry-.*unable to connect.+", "RETRY", 3, ".*unable to connect.+"),
        ("RETRY-2-time.out", "RETRY", 2, "time.out"),
    ],
)
def test_every_documented_form_is_read(value: str, action: str, retries: int, pattern: str) -> None:
    read = parse_on_failure(value)
    assert (read.action, read.retries, read.pattern.pattern) == (action, retries, pattern)


@pytest.mark.parametrize("value", ["abort", "STOP", "", "RETRY-", "RETRYING"])
def test_another_form_is_refused_with_those_that_are_allowed(value: str) -> None:
    with pytest.raises(ValueError, match="is not allowed; ABORT, CONTINUE, RETRY"):
        parse_on_failure(value)


def test_a_count_over_a_hundred_is_refused() -> None:
    with pytest.raises(ValueError, match="asks for 101 retries; 0 to 100 are allowed"):
        parse_on_failure("RETRY-101")


def test_a_malformed_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed regular expression"):
        parse_on_failure("RETRY-(")


def test_only_messages_that_match_are_worth_a_retry() -> None:
    read = parse_on_failure("RETRY-connection refused")
    assert read.retries_after("first line\nconnection refused, again")
    assert not read.retries_after("exit status 1")
