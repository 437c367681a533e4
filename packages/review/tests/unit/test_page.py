"""The auditor's page holds everything, escapes everything, and needs nothing from anywhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from tests.unit.reports import full

from cdk_review.model.report import Report
from cdk_review.writing.page import page


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "text", ["</code><script>alert(1)</script>", '" onclick="x', "{{ 7 * 7 }}", "&lt;b&gt;", "'<!--"]
)
def test_no_value_adds_an_element_or_an_attribute(text: str) -> None:
    assert Elements(page(full(text))).found == Elements(page(full("text"))).found


def test_it_loads_nothing() -> None:
    elements = Elements(page(full()))
    assert not any({"src", "href", "action", "srcset"} & set(attributes) for _, attributes in elements.found)
    assert {tag for tag, _ in elements.found} & {"link", "img", "iframe", "base", "form"} == set()
    assert "url(" not in page(full())
    assert "@import" not in page(full())


def test_its_policy_allows_its_own_script_and_style_alone() -> None:
    html = page(full())
    policy = next(attributes["content"] for tag, attributes in Elements(html).found if "http-equiv" in attributes)
    for tag in ("script", "style"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'; ")


def test_every_finding_change_and_reason_is_there() -> None:
    report = full("the value")
    html = page(report)
    for item in report.findings:
        assert item.rule in html
    for title in ("Sign-offs", "Protection taken away", "Pipeline", "Assets", "Stage", "Acknowledged findings"):
        assert f"<h2>{title}" in html
    assert html.count('class="row') > 15
    assert "2031-02-03" in html
    assert report.head.commit is not None
    assert report.head.commit in html


def test_an_empty_report_and_a_failed_one_are_pages_too() -> None:
    assert "✅ Clean" in page(Report())
    failed = page(Report(failure="no <manifest>"))
    assert "❔ Could not tell" in failed
    assert "no &lt;manifest&gt;" in failed
