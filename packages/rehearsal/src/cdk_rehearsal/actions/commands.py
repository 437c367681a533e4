"""Compute (Commands): shell commands on a machine of CodePipeline's, under the action's role; and its namesake rule.

Rules: "Commands action reference" in the CodePipeline user guide. The commands are the build phase of a build that no
project is needed for.
"""

import json
import re
from typing import Any

from cdk_rehearsal.actions.codebuild import follow_build, outputs, place
from cdk_rehearsal.actions.contracts import ActionContext, Outcome

# "The timeout for builds with the Commands action is 55 minutes".
TIMEOUT_MINUTES = 55
ODD = re.compile(r"[^A-Za-z0-9_-]")


def run(context: ActionContext) -> Outcome:
    """Run the commands and fail with the first that fails; the variables named for it are the action's."""
    build = context.compute.start(project(context))
    return follow_build(context, build, context.compute.look)


def project(context: ActionContext) -> dict[str, Any]:
    """Return what is built, in the words of CodeBuild's projects."""
    primary, *others = [artifact.name for artifact in context.action.input_artifacts]
    variables = context.action.environment_variables or ()
    settings = context.configuration
    artifacts = {name.removesuffix("Override"): value for name, value in outputs(context).items()}
    key = context.artifacts.store.encryption_key
    return {
        "name": ODD.sub("-", f"{context.pipeline}-{context.stage}-{context.action.name}"),
        "serviceRole": context.role,
        "source": {"type": "S3", "location": place(context, primary), "buildspec": _buildspec(context)},
        "secondarySources": [
            {"type": "S3", "location": place(context, name), "sourceIdentifier": name} for name in others
        ],
        **artifacts,
        "environment": {
            "type": "LINUX_CONTAINER",
            "computeType": settings.get("ComputeType", "BUILD_GENERAL1_SMALL"),
            "environmentVariables": [each.model_dump() for each in variables],
        },
        "vpcConfig": {"vpcId": settings["VpcId"]} if "VpcId" in settings else {},
        "timeoutInMinutes": TIMEOUT_MINUTES,
        "logsConfig": {
            "cloudWatchLogs": {"status": "ENABLED", "groupName": f"/aws/codepipeline/{context.pipeline}"},
        },
        **({"encryptionKey": key.id} if key else {}),
    }


def _buildspec(context: ActionContext) -> str:
    action = context.action
    # "Enter **/ for all files"; a buildspec says it with a star more.
    listed = [pattern for artifact in action.output_artifacts for pattern in artifact.files or ("**/",)]
    files = [f"{pattern}*" if pattern.endswith("**/") else pattern for pattern in listed]
    specification: dict[str, Any] = {
        "version": "0.2",
        "phases": {"build": {"commands": list(action.commands or ())}},
        **({"env": {"exported-variables": list(action.output_variables)}} if action.output_variables else {}),
        **({"artifacts": {"files": files}} if files else {}),
    }
    return json.dumps(specification)
