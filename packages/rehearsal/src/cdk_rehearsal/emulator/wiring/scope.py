"""Whose request this is: MiniStack keeps account and region in context variables."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from ministack.core import concurrency, responses


def account() -> str:
    """Return the account id of the current request, resource operation or background task."""
    return str(responses.get_account_id())


def region() -> str:
    """Return the region of the current request, resource operation or background task."""
    return str(responses.get_region())


def scope(account_id: str, region_name: str) -> AbstractContextManager[None]:
    """Act for an account and region outside a request: the stores that extensions reach follow it."""
    manager: AbstractContextManager[None] = responses.request_scope(account_id, region_name)
    return manager


def spawn(target: Callable[..., object], *args: Any, name: str) -> threading.Thread:
    """Run ``target`` on a named daemon thread that keeps the current account and region."""
    thread: threading.Thread = concurrency.spawn_background(target, *args, thread_name=name)
    return thread
