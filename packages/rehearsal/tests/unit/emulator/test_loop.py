import asyncio

import pytest

from cdk_rehearsal.emulator.wiring import loop
from cdk_rehearsal.emulator.wiring.loop import answer_on, between_requests


@pytest.fixture(autouse=True)
def no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_loops", [])


def test_a_thread_has_something_done_on_the_loop_and_gets_its_answer_or_its_error() -> None:
    async def serve() -> None:
        answer_on(asyncio.get_running_loop())
        here = asyncio.get_running_loop()
        assert await asyncio.to_thread(between_requests, asyncio.get_running_loop) is here
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(between_requests, lambda: 1 / 0)

    asyncio.run(serve())
