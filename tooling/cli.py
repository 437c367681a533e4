"""The verbs of the tooling, and the one place where its failures become a line."""

import os
import subprocess
import sys
from pathlib import Path

from tooling.layout import GROUPS, Layout
from tooling.removal import clean
from tooling.setup import ToolMissingError, set_up

ROOT = Path(__file__).resolve().parent.parent
USAGE = f"usage: python3 -m tooling setup [{'|'.join(GROUPS)}] | clean"


def run(arguments: list[str], root: Path = ROOT) -> int:
    """Run ``setup [group]`` or ``clean`` on the clone at ``root``; return the exit code."""
    layout = Layout.of(root, os.environ)
    try:
        match arguments:
            case ["setup"]:
                set_up(layout, os.environ, GROUPS[-1])
            case ["setup", group] if group in GROUPS:
                set_up(layout, os.environ, group)
            case ["clean"]:
                clean(layout)
            case _:
                sys.stderr.write(f"{USAGE}\n")
                return 2
    except ToolMissingError as missing:
        sys.stderr.write(f"setup: {missing}\n")
        return 1
    except ValueError as wrong:
        sys.stderr.write(f"setup: {wrong}\n")
        return 1
    except subprocess.CalledProcessError as failed:
        command = " ".join(str(part) for part in failed.cmd)
        sys.stderr.write(f"setup: `{command}` failed with exit code {failed.returncode}; its own lines stand above\n")
        return 1
    except OSError as error:
        where = error.filename or layout.cache
        sys.stderr.write(f"setup: {where}: {error.strerror}. Free some space or name another DELIVERY_CACHE\n")
        return 1
    return 0
