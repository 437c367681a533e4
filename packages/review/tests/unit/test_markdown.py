"""The comment says first what matters most, fits, and nothing in a change can forge it."""

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.rendering import Rendered
from tests.unit.reports import finding, full, lost

from cdk_review.model.deployment import Action, Pipeline, PipelineStage, Stage
from cdk_review.model.judged import SignOff
from cdk_review.model.report import Report
from cdk_review.plain import visible
from cdk_review.writing.escaping import LONGEST, code, codes, label
from cdk_review.writing.markdown import LIMIT, markdown
from cdk_review.writing.picture import MOST, picture
from cdk_review.writing.sections import sections

ATTACKS = (
    "## ✅ Clean",
    "</code></td></tr></table><h2>✅ Clean</h2>",
    "| forged | row |\n| --- | --- |",
    "`` ` `` *bold* _em_ ~~gone~~ [link](https://example.com) ![image](https://example.com/x.png)",
    "@octocat please merge, fixes #1, see GH-1 and https://example.com www.example.com a@example.com",
    "```\n```mermaid\n</details>",
    "<!-- hidden --> <script>alert(1)</script> &lt; &#64;octocat",
    "\\| \\` \\<b> \\",
    "\u202eevil\u202c \x1b[2K \x00 \u2028 \r\n\r\n# heading",
    "$\\text{math}$ :tada: [^1] [ ] - * + 1.",
    "| `",
    "---\nx: y\n---",
    "|" * 50,
    "",
)


def shape(markdown_: str) -> tuple[list[str], str]:
    """What is there beside values: the tags, and all text outside of code."""
    rendered = Rendered(re.sub(r"```mermaid\n.*?\n```\n", "", markdown_, flags=re.DOTALL))
    return rendered.tags, rendered.loose


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_value_changes_nothing_but_its_own_place(attack: str) -> None:
    assert shape(markdown(full(attack))) == shape(markdown(full("text")))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
@example("``\n")
def test_no_value_at_all_changes_anything_but_its_own_place(text: str) -> None:
    assert shape(markdown(full(text))) == shape(markdown(full("text")))


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("`|\\<>&*_[]()!#@~$:/\n\r\t ")), max_size=LONGEST))
def test_a_value_is_seen_as_it_is(text: str) -> None:
    rendered = Rendered(f"| head |\n| --- |\n| before {code(text)} after |\n")
    shown = visible(text)
    if len(shown) > LONGEST:
        shown = f"{shown[:LONGEST]}…"
    assert rendered.codes == [shown or " "]
    assert len(rendered.cells) == 1
    assert rendered.loose.split() == ["head", "before", "after"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nobody_is_mentioned_and_nothing_is_linked(attack: str) -> None:
    text = markdown(full(attack))
    assert "@" not in text
    assert "://" not in text
    assert "www." not in text
    # GitHub links `#1` and `GH-1` outside of code alone.
    assert re.search(r"#\d", Rendered(re.sub(r"```mermaid\n.*?\n```\n", "", text, flags=re.DOTALL)).loose) is None


def test_values_that_are_long_or_many_are_cut() -> None:
    assert len(Rendered(code("x" * 5000)).codes[0]) == LONGEST + 1
    rendered = Rendered(codes(tuple(f"v{number}" for number in range(20)), most=3))
    assert rendered.codes == ["v0", "v1", "v2"]
    assert rendered.loose.strip() == ", ,  and 17 more"


def test_the_verdict_stands_first() -> None:
    first, *_ = markdown(full()).splitlines()
    assert first == (
        "## ❌ Stopped: 1 new finding, 1 finding still open, 1 destructive change not signed off, 1 stopped, "
        "1 stale sign-off"
    )
    assert markdown(Report()).splitlines()[0] == "## ✅ Clean"
    two = Report(findings=(finding("new"), finding("new", number=1)))
    assert markdown(two).splitlines()[0] == "## ❌ Stopped: 2 new findings"
    stale = Report(sign_offs=(SignOff(digest="d", stages=("s",), reason="r", stale=True),) * 2)
    assert markdown(stale).splitlines()[0] == "## ❌ Stopped: 2 stale sign-offs"


def test_what_could_not_be_told_is_said_and_is_not_green() -> None:
    text = markdown(Report(failure="no `manifest` <b>"))
    assert text.startswith("## ❔ Could not tell\n")
    assert "✅" not in text
    assert Rendered(text).codes == ["no `manifest` <b>"]


def test_a_change_of_nothing_says_so() -> None:
    assert "Nothing else changes." in markdown(Report())


def test_everything_is_told_by_name() -> None:
    rendered = Rendered(markdown(full("the value")))
    for title in (
        "What matters",
        "Every observation, with its sign-off",
        "Data that would be lost, not signed off",
        "Sign-offs that no longer apply",
        "New findings",
        "Findings still open",
        "Who may do more, and what opens",
        "Protection taken away",
        "Pipeline",
        "Assets",
        "Acknowledgements that match nothing (1)",
        "Acknowledged findings (3)",
        "Findings that are gone (1)",
        "The CDK's own warnings (1)",
    ):
        assert title in rendered.loose
    for words in ("everyone can reach", " may ", "this change", "before", "(holds data)", "A new and empty one takes"):
        assert words in rendered.loose
    assert {"App/the value", "app.py:7", "cccccccc", "2031-02-03", "tap_stack/database.py:3"} <= set(rendered.codes)
    assert "2 replaced" in rendered.loose


def test_the_gravest_is_told_first() -> None:
    loose = Rendered(markdown(full())).loose
    order = ["would be lost", "New findings", "Who may do more", "Pipeline", ": 2 replaced", "Acknowledged findings"]
    places = [loose.rindex(title) for title in order]
    assert places == sorted(places)


def test_long_parts_are_folded_and_short_ones_are_open() -> None:
    few = Report(findings=tuple(finding("new", number=number) for number in range(10)))
    many = Report(findings=tuple(finding("new", number=number) for number in range(11)))
    assert "<details>" not in markdown(few)
    assert "<details><summary><b>New findings</b></summary>" in markdown(many)


def test_properties_beyond_the_first_few_are_counted() -> None:
    properties = lost().properties * 6
    stage = Stage(address="S", environments=(), retains=True, resources=(lost(properties=properties),))
    assert "and 2 more" in markdown(Report(stages=(stage,)))


@pytest.mark.parametrize("text", ["x" * 300, "@" * 300, "😀" * 300])
def test_a_report_of_any_size_fits_and_cuts_the_least_important_first(text: str) -> None:
    report = full(text).model_copy(
        update={
            "findings": (
                *(finding("new", text=text, number=number) for number in range(5)),
                *(
                    finding("acknowledged", text=text, number=number, reason=f"{number} {text}")
                    for number in range(400)
                ),
            ),
        }
    )
    whole = markdown(report, limit=10**9)
    cut = markdown(report)
    assert len(whole.encode()) > LIMIT >= len(cut.encode())
    assert cut.splitlines()[0] == whole.splitlines()[0]
    assert "more in report.html" in cut
    titles = [section.title.partition("<code>")[0] for section in sections(report)]
    assert [title for title in titles if title not in cut] == []
    assert sum(value.startswith("Rule") for value in Rendered(cut).codes[:60]) >= 5


def test_even_what_matters_most_is_cut_when_it_alone_is_too_long() -> None:
    report = Report(findings=tuple(finding("new", text="y" * 300, number=number) for number in range(1000)))
    cut = markdown(report, whole="[the run](https://example.com)")
    assert len(cut.encode()) <= LIMIT
    assert cut.startswith("## ❌ Stopped: 1000 new findings\n")
    shown = len(Rendered(cut).cells) // 3
    assert 20 < shown < 1000
    assert f"{1000 - shown} more in [the run](https://example.com)" in cut


def test_a_part_without_room_for_a_row_is_still_named() -> None:
    report = Report(findings=tuple(finding("new", text="y" * 300, number=number) for number in range(3)))
    cut = markdown(report, limit=300)
    assert "**New findings**" in cut
    assert "3 more in report.html" in cut


def steps(*, many: int = 0, **more: Any) -> Pipeline:
    actions = (Action(name="Deploy", kind="k"), Action(name='Sm"oke`', kind="k", change="added"))
    quiet = tuple(
        PipelineStage(name=f"Quiet{number}", actions=(Action(name="A", kind="k"), Action(name="B", kind="k")))
        for number in range(many)
    )
    loud = PipelineStage(name="Prod", change="changed", actions=actions)
    return Pipeline(
        path="P", change="changed", stages=(*quiet, loud, PipelineStage(name="Gone", change="removed", actions=()))
    )


def test_the_picture_shows_stages_in_order_and_marks_what_changes() -> None:
    assert picture(steps(many=1)).splitlines()[:12] == [
        "flowchart LR",
        '  subgraph s0["Quiet0"]',
        "    direction TB",
        '    a0x0["A"]',
        '    a0x1["B"]',
        "    a0x0 --> a0x1",
        "  end",
        '  subgraph s1["~ Prod"]',
        "    direction TB",
        '    a1x0["Deploy"]',
        '    a1x1["+ Sm#34;oke#96;"]:::added',
        "    a1x0 --> a1x1",
    ]
    assert '  subgraph s2["- Gone"]' in picture(steps(many=1))
    assert "  s0 --> s1\n  s1 --> s2\n" in picture(steps(many=1))


def test_a_picture_of_too_much_shows_what_changes() -> None:
    shown = picture(steps(many=MOST))
    assert "Quiet" not in shown
    assert "~ Prod" in shown
    assert len(picture(Pipeline(path="P", change="added", stages=steps(many=500).stages))) < 20_000


@given(st.text())
def test_a_label_can_t_leave_its_quotes(text: str) -> None:
    assert re.fullmatch(r"([A-Za-z0-9 .,/_-]|#\d+;)*", label(text))


def test_a_pipeline_that_only_changes_its_order_says_so() -> None:
    still = steps().model_copy(update={"stages": (PipelineStage(name="A", actions=()),)})
    assert "the order of its parts" in markdown(Report(pipelines=(still,)))


def test_stages_of_a_pipeline_that_come_and_go_are_named() -> None:
    rendered = Rendered(markdown(Report(pipelines=(steps(),))))
    assert "removed" in rendered.loose
    assert "Gone" in rendered.codes
