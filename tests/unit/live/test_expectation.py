import pytest

from tests.live.expectation import expect, expect_each


def test_a_check_that_holds_says_nothing() -> None:
    expect("versioning", found="Enabled", expected="Enabled")
    expect_each("key", found={"state": "Enabled", "more": 1}, expected={"state": "Enabled"})


def test_a_check_that_fails_says_what_was_expected_and_found() -> None:
    with pytest.raises(AssertionError) as failed:
        expect("versioning", found="Suspended", expected="Enabled")
    assert str(failed.value) == "versioning: expected 'Enabled', found 'Suspended'"


def test_every_value_that_is_wrong_or_absent_has_its_line() -> None:
    with pytest.raises(AssertionError) as failed:
        expect_each(
            "key", found={"state": "Disabled", "use": "x"}, expected={"state": "Enabled", "use": "x", "own": True}
        )
    assert str(failed.value).splitlines() == [
        "key: state: expected 'Enabled', found 'Disabled'",
        "key: own: expected True, found None",
    ]
