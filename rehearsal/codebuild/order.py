"""An order to build, with all that a build needs to know and nothing that it must look up."""

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.codebuild.environment import Identity
from rehearsal.codebuild.machine.limits import Limits
from rehearsal.codebuild.machine.workspace import Workspaces
from rehearsal.codebuild.plan import Plan
from rehearsal.codebuild.record import Record
from rehearsal.emulator.config import EmulatorConfig
from rehearsal.emulator.contracts import Credentials

Assume = Callable[[str, Identity], Credentials]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One build. ``assume`` gives the credentials of a service role, by its ARN, or raises ``ServiceError``."""

    plan: Plan
    identity: Identity
    config: EmulatorConfig
    record: Record
    limits: Limits
    workspaces: Workspaces
    assume: Assume
