"""Nothing in a report hides from its reader, and account ids stay private."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_review.plain import accounts_named, mapped, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("two\nlines\tand  spaces ", "two lines and spaces"),
        ("left\u202eright", "left⟨U+202E⟩right"),
        ("\u2066isolated\u2069", "⟨U+2066⟩isolated⟨U+2069⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("bell\x07 escape\x1b[31m nul\x00", "bell⟨U+0007⟩ escape⟨U+001B⟩[31m nul⟨U+0000⟩"),
        ("line\u2028end", "line⟨U+2028⟩end"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("private\ue000 half\ud800", "private⟨U+E000⟩ half⟨U+D800⟩"),
        ("é and e\u0301", "é and e\u0301"),
        ("שלום 你好 😀", "שלום 你好 😀"),
    ],
)
def test_what_can_t_be_seen_is_written_out_and_the_rest_left(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_marks_can_t_be_heaped_on_a_letter() -> None:
    assert visible("a" + "\u0300" * 50).count("\u0300") == 3
    assert visible("a\u0300\u0300b\u0300\u0300") == "a\u0300\u0300b\u0300\u0300"


@given(st.text())
def test_what_is_shown_is_one_line_without_hidden_characters_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_accounts_get_the_names_of_their_order() -> None:
    named = accounts_named(["333333333333", "111111111111", "333333333333", "unknown-account"])
    assert named("arn:aws:iam::111111111111:root in 333333333333") == "arn:aws:iam::account-2:root in account-1"
    assert named("role/*-222222222222-x, 222222222222") == "role/*-account-3-x, account-3"


@pytest.mark.parametrize("text", ["12345678901", "1234567890123", "a123456789012", "123456789012f", "db.t3.micro"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert accounts_named([])(text) == text


def test_every_string_of_a_document_is_mapped_and_nothing_else() -> None:
    document = {"a": ["b", ("c", {"d": "e"})], "n": 1, "none": None, "yes": True}
    assert mapped(document, str.upper) == {"a": ["B", ["C", {"d": "E"}]], "n": 1, "none": None, "yes": True}
