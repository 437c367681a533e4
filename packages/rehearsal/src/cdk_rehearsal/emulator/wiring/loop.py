"""The event loop that answers every request, for what must not happen while another request is half answered."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_loops: list[asyncio.AbstractEventLoop] = []


def answer_on(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the loop; once, before the first request."""
    _loops[:] = [loop]


def between_requests(run: Callable[[], T]) -> T:
    """Run ``run`` on the loop and return what it returns. Call it from any other thread."""
    (loop,) = _loops
    done: concurrent.futures.Future[T] = concurrent.futures.Future()

    def call() -> None:
        try:
            done.set_result(run())
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            done.set_exception(error)

    loop.call_soon_threadsafe(call)
    return done.result()
