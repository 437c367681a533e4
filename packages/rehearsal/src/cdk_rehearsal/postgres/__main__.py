"""``python -m cdk_rehearsal.postgres locate``: print where a PostgreSQL server is; exit code 1 where there is none."""

import os
import sys
from collections.abc import Mapping

from cdk_rehearsal.postgres.search import find_server


def locate(environ: Mapping[str, str]) -> str:
    """Return the line to print. Exits with a line on stderr where there is no server."""
    found = find_server(environ)
    if found is None:
        sys.exit("no PostgreSQL server (initdb and postgres) on this machine")
    return f"{found}\n"


if __name__ == "__main__":
    sys.stdout.write(locate(os.environ))
