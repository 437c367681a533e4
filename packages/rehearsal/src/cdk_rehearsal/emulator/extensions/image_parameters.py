"""SSM's public parameters for Amazon Linux images: all current names, where MiniStack knows two."""
# ruff: noqa: SLF001 - MiniStack's handlers have no public door

import hashlib
import re
from typing import Any

from ministack.services import ssm

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
NAMES = re.compile(
    r"/aws/service/ami-amazon-linux-latest/"
    r"(al2023-ami-(minimal-)?kernel-(default|6\.1|6\.12)-(x86_64|arm64)"
    r"|amzn2-ami-(minimal-)?(kernel-5\.10-)?hvm-(x86_64|arm64)-(gp2|ebs))"
)

_public_parameter = ssm._public_parameter


def install(_config: EmulatorConfig) -> None:
    """Answer for every name."""
    ssm._public_parameter = public_parameter


def public_parameter(name: str) -> dict[str, Any] | None:
    """Return a public parameter as AWS serves it, or None; the image's id is made up, and the same every time."""
    known: dict[str, Any] | None = _public_parameter(name)
    if known or not NAMES.fullmatch(name or ""):
        return known
    return {
        "Name": name,
        "Type": "String",
        "Value": f"ami-{hashlib.sha256(name.encode()).hexdigest()[:17]}",
        "Version": 1,
        "LastModifiedDate": 1728518400,
        "ARN": f"arn:aws:ssm:{hooks.region()}::parameter{name}",
    }
