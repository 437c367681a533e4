"""An order to build, with all that a build needs to know and nothing that it must look up."""

from collections.abc import Callable
from dataclasses import dataclass

from cdk_rehearsal.codebuild.environment import Identity
from cdk_rehearsal.codebuild.machine.limits import Limits
from cdk_rehearsal.codebuild.machine.workspace import Workspaces
from cdk_rehearsal.codebuild.plan import Plan
from cdk_rehearsal.codebuild.record import Record
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Credentials

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
