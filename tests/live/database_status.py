"""When a database instance is fit for use: in more states than ``available``."""

import time
from collections.abc import Callable
from typing import Any

from tests.live.expectation import expect

IN_USE = frozenset(
    {
        "available",
        "backing-up",
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "delete-precheck",
        "renaming",
        "storage-config-upgrade",
        "storage-initialization",
        "storage-optimization",
    }
)
"""The states in which an instance serves its clients ("Viewing DB instance status", RDS User Guide)."""
PASSING = frozenset(
    {
        "maintenance",
        "modifying",
        "rebooting",
        "resetting-master-credentials",
        "starting",
        "upgrading",
    }
)
"""The states that end by themselves, during which it may not answer (the same page)."""
DELAY = 15
"""Seconds between two looks."""
LIMIT = 10 * 60
"""Seconds to wait for a passing state to end; the build that runs the checks has 30 minutes."""

Instance = dict[str, Any]


def expect_in_use(look: Callable[[], Instance], *, sleep: Callable[[float], object] = time.sleep) -> None:
    """Fail unless the instance that ``look`` describes serves its clients, or soon does."""
    __tracebackhide__ = True
    status = look()["DBInstanceStatus"]
    for _ in range(LIMIT // DELAY):
        if status not in PASSING:
            break
        sleep(DELAY)
        status = look()["DBInstanceStatus"]
    expect(f"database in use (status {status})", found=status in IN_USE, expected=True)
