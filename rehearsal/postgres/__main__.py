"""``python -m rehearsal.postgres locate``: print where a PostgreSQL server is; exit code 1 where there is none."""

import os
import sys

from rehearsal.postgres.search import find_server

if __name__ == "__main__":
    found = find_server(os.environ)
    if found is None:
        sys.exit("no PostgreSQL server (initdb and postgres) on this machine")
    sys.stdout.write(f"{found}\n")
