import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from cdk_verdict import Kind, Outcome, VerdictError
from cdk_verdict.secrets import DETECTORS, added_secrets

KEY = b'key = "AKIA-in-this-test"\n'


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for detect-secrets, an extra that this environment need not have: it finds lines with AKIA."""
    asked: list[Any] = []

    @contextmanager
    def settings(given: Any) -> Iterator[None]:
        asked.append(given)
        yield

    def scan_line(line: str) -> list[Any]:
        return [SimpleNamespace(type="AWS Access Key", secret_hash="0af1")] if "AKIA" in line else []

    modules: dict[str, dict[str, Any]] = {
        "detect_secrets": {},
        "detect_secrets.core": {},
        "detect_secrets.core.scan": {"scan_line": scan_line},
        "detect_secrets.settings": {"transient_settings": settings},
    }
    for name, fields in modules.items():
        module = ModuleType(name)
        vars(module).update(fields)
        monkeypatch.setitem(sys.modules, name, module)
    return asked


def test_added_secret_is_stopped_with_its_place(detector: list[Any]) -> None:
    (found,) = added_secrets({"a.py": b"x = 1\n"}, {"a.py": b"x = 1\n" + KEY})
    assert (found.kind, found.severity, found.location) == (Kind.SECRET, Outcome.STOPPED, "a.py")
    assert found.sentence == "a.py, line 2: a secret in plain text (AWS Access Key)."
    assert [plugin["name"] for plugin in detector[0]["plugins_used"]] == list(DETECTORS)


def test_secret_of_a_test_needs_a_look(detector: list[Any]) -> None:
    assert [each.severity for each in added_secrets({}, {"tests/a.py": KEY})] == [Outcome.NEEDS_LOOK]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ({"a.py": KEY}, {"a.py": KEY}),
        ({"a.py": KEY}, {"a.py": b"# why\n" + KEY}),
        ({}, {"a.bin": b"\0" + KEY}),
        ({}, {"package-lock.json": KEY}),
        ({}, {"a.py": b"x" * 3000 + KEY}),
        ({"a.py": KEY}, {}),
    ],
)
def test_known_lines_and_data_are_not_scanned(detector: list[Any], base: Any, head: Any) -> None:
    assert list(added_secrets(base, head)) == []


def test_missing_detector_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "detect_secrets", None)
    with pytest.raises(VerdictError, match=r"install cdk-verdict\[secrets\]"):
        list(added_secrets({}, {}))
