"""CodePipeline's client for functions in Node.

Lambda's Node runtimes bring the AWS SDK with them. MiniStack answers ``require`` for the clients of a list of services
that speak the AWS JSON protocol; this puts CodePipeline's on it.
"""
# ruff: noqa: SLF001 - MiniStack's scripts have no public door

from ministack.core import lambda_runtime

from cdk_rehearsal.codepipeline.requests import service_model
from cdk_rehearsal.errors import RehearsalError

CLIENTS = "const _JSON_RPC_TARGETS = {\n"


def install() -> None:
    """Add the client.

    Raises:
        RehearsalError: MiniStack keeps its list elsewhere.
    """
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if CLIENTS not in script:
        raise RehearsalError(
            "the emulator's runtime for functions in Node has changed; CodePipeline has no client there"
        )
    line = f'    "@aws-sdk/client-codepipeline": "{service_model().metadata["targetPrefix"]}",\n'
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(CLIENTS, CLIENTS + line)
