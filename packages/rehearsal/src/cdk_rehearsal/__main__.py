"""The command ``cdk-rehearsal``."""

import io
import sys

from cdk_rehearsal.driver.commands import main, stop_on_signals


def run() -> None:
    """Run the command. A signal stops the rehearsal in order; output to a file appears line by line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    stop_on_signals()
    main(prog_name="cdk-rehearsal")


if __name__ == "__main__":
    run()
