from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import s3
from tests.unit.engine.samples import REGION

from cdk_rehearsal.codepipeline import template_urls
from cdk_rehearsal.codepipeline.template_urls import resolve_document
from cdk_rehearsal.emulator.hooks import account, scope

OWNER, CALLER = "111111111111", "222222222222"


@pytest.fixture(autouse=True)
def _bucket_of_another_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(s3, "_bucket_owner_account", {"theirs": OWNER, "ours": CALLER}.get)
    monkeypatch.setattr(template_urls, "_resolve_document", lambda params, *_: ((account(), params), None))
    with scope(CALLER, REGION):
        yield


def resolved(monkeypatch: pytest.MonkeyPatch, url: str, *, allowed: bool) -> tuple[Any, Any]:
    monkeypatch.setattr(s3, "_foreign_bucket_allows", lambda *_: allowed)
    found: tuple[Any, Any] = resolve_document({"TemplateURL": [url]}, "TemplateBody", "TemplateURL", "Template")
    return found


def test_a_template_in_another_account_is_read_as_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    body, error = resolved(monkeypatch, "https://s3.eu-west-1.amazonaws.com/theirs/a/b", allowed=True)
    assert (body[0], error) == (OWNER, None)


def test_a_bucket_that_does_not_let_the_caller_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body, error = resolved(monkeypatch, "https://s3.eu-west-1.amazonaws.com/theirs/a/b", allowed=False)
    assert body is None
    assert b"Access Denied (TemplateURL s3://theirs/a/b)" in error[2]


@pytest.mark.parametrize("url", ["https://s3.eu-west-1.amazonaws.com/ours/a", "https://s3.amazonaws.com/nobodys/a", ""])
def test_everything_else_is_left_to_the_emulator(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    body, error = resolved(monkeypatch, url, allowed=False)
    assert (body[0], error) == (CALLER, None)
