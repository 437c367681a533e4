"""The guard that the deliveries run under would notice a call that leaves this machine."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cdk_rehearsal.testing.worlds import guarded

# Reserved for documentation (RFC 5737): nobody answers there.
NOWHERE = "192.0.2.1"
PYTHON = [sys.executable, "-c", f"import socket; socket.create_connection(('{NOWHERE}', 443), 1)"]
NODE = [shutil.which("node") or "node", "-e", f"require('node:net').connect(443, '{NOWHERE}')"]
NODE_BY_OPTIONS = [*NODE[:2], f"require('node:https').get('https://{NOWHERE}')"]


@pytest.mark.parametrize("command", [PYTHON, NODE, NODE_BY_OPTIONS], ids=["python", "node", "https"])
def test_a_call_beyond_this_machine_is_refused_and_recorded(tmp_path: Path, command: list[str]) -> None:
    record = tmp_path / "outbound"
    done = subprocess.run(command, env={**os.environ, **guarded(record)}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"{NOWHERE} is not on this machine" in done.stderr
    (entry,) = map(json.loads, record.read_text().splitlines())
    assert entry["host"] == NOWHERE
