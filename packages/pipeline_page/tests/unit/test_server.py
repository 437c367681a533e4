import asyncio
import os
import signal
from typing import Any

import pytest

from codepipeline_page import server


class Listening:
    """A listening socket that hands its descriptor over."""

    def detach(self) -> int:
        return 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_server_stops_at_signal(monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    served: list[Any] = []

    async def hypercorn(app: Any, config: Any, *, shutdown_trigger: Any, mode: str) -> None:
        served.append((app, config.bind, mode))
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), number)
        await shutdown_trigger()

    monkeypatch.setattr(server, "hypercorn_serve", hypercorn)
    server.serve("app", Listening())  # type: ignore[arg-type]
    assert served == [("app", ["fd://7"], "asgi")]


def test_server_logs_no_requests_and_names_no_software() -> None:
    config = server.settings(7)
    assert (config.accesslog, config.loglevel, config.include_server_header) == (None, "ERROR", False)
    assert (config.keep_alive_timeout, config.graceful_timeout) == (30, 1)
