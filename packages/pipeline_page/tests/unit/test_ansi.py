import pytest

from codepipeline_page.ansi import plain, spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", [("plain", "")]),
        ("", []),
        ("\x1b[31mred\x1b[0m plain", [("red", "ansi-red"), (" plain", "")]),
        ("\x1b[1;32mok\x1b[mend", [("ok", "ansi-green bold"), ("end", "")]),
        ("\x1b[91;4mx\x1b[24my\x1b[39mz", [("x", "ansi-red underlined"), ("y", "ansi-red"), ("z", "")]),
        ("\x1b[2;3mx\x1b[22my\x1b[23mz", [("x", "faint italic"), ("y", "italic"), ("z", "")]),
        ("\x1b[1mx\x1b[22my", [("x", "bold"), ("y", "")]),
        ("\x1b[31m\x1b[38;5;31mx\x1b[1my", [("x", ""), ("y", "bold")]),
        ("\x1b[38;2;1;4;3mx", [("x", "")]),
        ("\x1b[38:5:1;4mx", [("x", "underlined")]),
        ("\x1b[38mx", [("x", "")]),
        ("\x1b[38;5mx", [("x", "")]),
        ("\x1b[48;5;4;33mx", [("x", "ansi-yellow")]),
        ("\x1b[7;44mx", [("x", "")]),
        ("a\x1b[2K\x1b[1Gb", [("a", ""), ("b", "")]),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x07", [("link", "")]),
        ("\x1bMup\x00\x08", [("up", "")]),
        ("tab\tstays", [("tab\tstays", "")]),
        ("<img src=x onerror=alert(1)>", [("<img src=x onerror=alert(1)>", "")]),
    ],
)
def test_spans_hold_colors_and_drop_other_sequences(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.text, each.style) for each in spans(text)] == expected
    assert plain(text) == "".join(part for part, _ in expected)


def test_style_names_are_fixed_classes_whatever_the_log_holds() -> None:
    classes = {each.style for number in range(120) for each in spans(f"\x1b[{number}mx")}
    assert all(part.replace("ansi-", "").isalpha() for style in classes for part in style.split())
