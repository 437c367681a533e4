"""Starts the page that shows a rehearsal and answers its approvals, in its own process."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from cdk_rehearsal.driver.environment import account_environment, base_environment
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import Started, last_lines, start
from cdk_rehearsal.driver.services import PATIENCE_SECONDS
from cdk_rehearsal.driver.session import SERVICE_MARK, running
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError


def start_page(
    folders: Folders, *, pipeline: str, account: str, region: str, config: EmulatorConfig, environ: Mapping[str, str]
) -> str:
    """Serve the page of ``pipeline`` unless it is served already; return its address, which includes its token.

    The page receives the environment of an AWS client in ``account`` and nothing else of the rehearsal. Raises
    :class:`RehearsalError` if it does not start.
    """
    session = running(folders)
    if session is None:
        raise RehearsalError("no rehearsal is running; start one with `cdk-rehearsal up`")
    if session.page is not None and session.page.process() is not None and folders.page_address.exists():
        return folders.page_address.read_text()
    folders.page_address.unlink(missing_ok=True)
    log = folders.logs / "page.log"
    command: list[str | Path] = [sys.executable, "-m", "codepipeline_page", "--pipeline", pipeline]
    command += ["--address-file", folders.page_address]
    own = {**base_environment(environ, keep=()), **account_environment(account, config=config, region=region)}
    own |= {"HOME": str(folders.home), "PATH": environ.get("PATH", ""), SERVICE_MARK: session.id}
    process = start(command, log=log, env=own, cwd=Path(__file__).parents[2])
    session.page = Started.of(process.pid)
    session.save(folders)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if folders.page_address.exists():
            return folders.page_address.read_text()
        time.sleep(0.05)
    lines = last_lines(log.read_text(errors="replace"))
    raise RehearsalError(f"the page did not start; log: {log}\n{lines}".rstrip())
