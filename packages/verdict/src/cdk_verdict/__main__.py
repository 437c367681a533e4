"""``python -m cdk_verdict``, and the console command."""

import sys
from typing import NoReturn

from cdk_verdict.command import main


def run() -> NoReturn:
    """Run the command and exit with its code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
