"""Invoke (CodePipeline): starts another pipeline, and does not wait for it.

Rules: "AWS CodePipeline invoke action reference" in the CodePipeline user guide.
"""

import json
from typing import Any

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome


def run(context: ActionContext) -> Outcome:
    """Start an execution with the variables and source revisions that are declared."""
    name = context.configuration["PipelineName"]
    more = {
        member: _listed(context, key)
        for key, member in (("Variables", "variables"), ("SourceRevisions", "sourceRevisions"))
        if key in context.configuration
    }
    started = context.clients("codepipeline").start_pipeline_execution(name=name, **more)["pipelineExecutionId"]
    context.progress.report(external_id=started)
    return Outcome(summary=f"Execution {started} of pipeline {name} started")


def _listed(context: ActionContext, key: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(context.configuration[key])
    except ValueError as malformed:
        raise ActionFailedError(f"{key} is no JSON: {malformed}", code="ConfigurationError") from None
    if not isinstance(found, list):
        raise ActionFailedError(f"{key} is no JSON list", code="ConfigurationError")
    return found
