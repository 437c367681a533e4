"""CloudFormation authorises a call about a stack on the stack's own ARN, whose last part is unique.

MiniStack puts a star there, which matches no policy that names one stack exactly.
"""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from ministack.services import cloudformation

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

UNKNOWN = "/*"


def install(_config: EmulatorConfig) -> None:
    """Name the stack exactly where it exists."""
    hooks.refine_resource("cloudformation", exact)


def exact(arn: str) -> str:
    """Return the ARN of the stack that ``arn`` names, or ``arn`` where there is none."""
    if not arn.endswith(UNKNOWN):
        return arn
    stack = cloudformation._stacks.get(arn.split("/")[1])
    return str(stack["StackId"]) if stack else arn
