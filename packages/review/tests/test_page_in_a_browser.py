"""The auditor's page works in a real browser: it shows, finds and prints everything, and asks nobody for anything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.reports import finding, full

from cdk_review.writing.page import page
from delivery_testing.chromium import drive, installed

pytestmark = pytest.mark.usefixtures("browser")


@pytest.fixture(scope="module")
def browser() -> Path:
    """The folder with the browser."""
    return installed()


@pytest.fixture
def observe(browser: Path, tmp_path: Path) -> Callable[[str, str], Any]:
    """Opens a page and searches it; returns what is to be seen."""

    def observed(html: str, search: str) -> Any:
        file = tmp_path / "report.html"
        file.write_text(html)
        return drive(browser, "observe.mjs", file, search, tmp_path, home=tmp_path)

    return observed


def test_it_shows_finds_and_prints_everything_and_loads_nothing(
    observe: Callable[[str, str], Any], tmp_path: Path
) -> None:
    report = full("a value").model_copy(
        update={
            "findings": (
                *full("a value").findings,
                finding("new", text="needle in the hay", number=8),
                finding("fixed", text="needle", number=9, before="open"),
            )
        }
    )
    seen = observe(page(report), "NEEDLE  rule")
    assert seen["heading"].startswith("❌ Stopped: 2 new findings")
    assert seen["title"].endswith(seen["heading"])
    assert "needle in the hay" in seen["text"]
    assert seen["whole"]["shown"] > 20
    assert seen["found"]["shown"] == 2
    assert seen["found"]["count"] == "2 found"
    assert [title.partition(" (")[0] for title in seen["found"]["sections"]] == [
        "New findings",
        "Findings that are gone",
    ]
    assert all("needle" in line for line in seen["lines"])
    assert seen["nothing"] == {"shown": 0, "sections": [], "count": "0 found"}
    assert seen["again"] == seen["whole"]
    assert seen["closed"] == 1
    assert seen["printed"] == {"closed": 0, "search": False}
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
    assert seen["ran"] is False
    assert [url for url in seen["requests"] if not url.startswith(f"file://{tmp_path}/")] == []
    assert seen["errors"] == []


def test_nothing_in_a_value_runs_or_is_drawn(observe: Callable[[str, str], Any]) -> None:
    attack = "</code><img src=x onerror=alert(1)><script>alert(2)</script>'\"><svg onload=alert(3)>\u202e{{7*7}}"
    seen = observe(page(full(attack)), "onerror=alert(1)")
    assert "</code><img src=x onerror=alert(1)>" in seen["text"]
    assert "{{7*7}}" in seen["text"]
    assert seen["errors"] == []
    assert seen["found"]["shown"] > 10
    assert len(seen["requests"]) == 1
