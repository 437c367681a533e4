"""Invoke (Lambda): calls a function with a job, and waits until the function reports on the job.

Rules: "AWS Lambda invoke action reference" and "Invoke an AWS Lambda function in a pipeline in CodePipeline" in the
CodePipeline user guide, and the action's time limits in "Quotas in AWS CodePipeline".
"""

import json
from collections.abc import Callable, Iterable

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, JobResult, Outcome
from cdk_rehearsal.actions.job_details import event, job_details

# "If the Lambda function has sent no reply after 20 minutes, the action times out. If … the Lambda function has
# replied that the action is still in progress, CodePipeline restarts the 20-minute timer … after 24 hours, CodePipeline
# sets the Lambda invoke action state to failed."
REPLY_SECONDS = 20 * 60
LONGEST_SECONDS = 24 * 3600.0
# CodePipeline calls again "periodically"; nothing is won by waiting longer here.
AGAIN_SECONDS = 1.0
LOOK_SECONDS = 1.0


def run(context: ActionContext) -> Outcome:
    """Invoke the function, again for each continuation that it asks for, until it reports success or failure."""
    function = context.configuration["FunctionName"]
    # "Make sure the policy for the role allows lambda:InvokeFunction and lambda:ListFunctions. Otherwise, pipelines
    # that include Lambda actions fail."
    context.clients("lambda").list_functions(MaxItems=1)
    new_lines = context.function_output(function)
    continuation = ""
    left = LONGEST_SECONDS
    while left > 0:
        result, waited = _call(context, function, continuation, new_lines)
        left -= waited
        context.progress.report(
            external_id=result.external_id or None, summary=result.summary or None, percent=result.percent
        )
        if result.failure:
            raise ActionFailedError(result.summary, code=result.failure)
        if not result.continuation:
            return Outcome(summary=result.summary, variables=result.variables)
        continuation = result.continuation
        context.log.line(f"{function} goes on{': ' + result.summary if result.summary else ''}")
        context.progress.pause(AGAIN_SECONDS)
    raise ActionFailedError(f"The AWS Lambda function {function} did not come to an end within 24 hours")


def _call(
    context: ActionContext, function: str, continuation: str, new_lines: Callable[[], Iterable[str]]
) -> tuple[JobResult, float]:
    """Invoke the function once; return what it reported, and how many seconds that took at most."""
    job = context.progress.open_job(lambda: job_details(context, continuation))
    context.clients("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event(context, job, continuation)).encode()
    )
    context.log.line(f"invoked {function}; job {job} waits for its result, {REPLY_SECONDS // 60} minutes at most")
    for look in range(int(REPLY_SECONDS / LOOK_SECONDS)):
        result = context.progress.job_result(job, LOOK_SECONDS)
        for line in new_lines():
            context.log.line(f"{function}: {line}")
        if result is not None:
            return result, (look + 1) * LOOK_SECONDS
    raise ActionFailedError(
        f"The AWS Lambda function {function} failed to return a result. Check the function to verify that it has "
        "permission to call the PutJobSuccessResult action and that it made a call to PutJobSuccessResult."
    )
