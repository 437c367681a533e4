"""The CDK CLI that the tests' apps name in their pipelines: the one on PATH."""

import subprocess
from functools import cache


@cache
def cdk_version() -> str:
    said = subprocess.run(["cdk", "--version"], capture_output=True, text=True, check=True).stdout
    return said.partition(" ")[0]
