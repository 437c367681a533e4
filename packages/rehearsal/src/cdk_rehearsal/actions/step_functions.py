"""Invoke (StepFunctions): starts an execution of a state machine, and waits for it if the machine is a standard one.

Rules: "AWS Step Functions invoke action reference" in the CodePipeline user guide.
"""

from cdk_rehearsal.actions.artifacts import ArtifactError
from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome

LOOK_SECONDS = 0.3
# "Default of 7 days."
LONGEST_SECONDS = 7 * 24 * 3600.0


def run(context: ActionContext) -> Outcome:
    """Succeed with a standard execution, or as soon as an express one has started."""
    machine = context.configuration["StateMachineArn"]
    states = context.clients("stepfunctions")
    express = states.describe_state_machine(stateMachineArn=machine)["type"] == "EXPRESS"
    prefix = context.configuration.get("ExecutionNamePrefix")
    name = f"{prefix}-{context.run_id}" if prefix else context.run_id
    execution = states.start_execution(stateMachineArn=machine, name=name, input=_input(context))["executionArn"]
    context.progress.report(external_id=execution)
    context.log.line(f"execution {execution}")
    if express:
        return Outcome(summary="Express execution started", variables={"StateMachineArn": machine})
    left = LONGEST_SECONDS
    while left > 0:
        found = context.clients("stepfunctions").describe_execution(executionArn=execution)
        if found["status"] == "SUCCEEDED":
            context.log.line(f"output {found.get('output', '')}")
            variables = {"StateMachineArn": machine, "ExecutionArn": execution}
            return Outcome(summary=f"Execution {name} succeeded", variables=variables)
        if found["status"] != "RUNNING":
            why = ": ".join(found[each] for each in ("error", "cause") if found.get(each)) or "no reason given"
            raise ActionFailedError(f"State machine execution {execution} is {found['status']}: {why}")
        context.progress.pause(LOOK_SECONDS)
        left -= LOOK_SECONDS
    raise ActionFailedError(f"State machine execution {execution} did not end within 7 days")


def _input(context: ActionContext) -> str:
    """The state that the machine begins with: as declared, or as a file of the input artifact has it."""
    given = context.configuration.get("Input", "")
    if context.configuration.get("InputType", "Literal") == "Literal":
        return given or "{}"
    artifacts = context.action.input_artifacts
    if not given or not artifacts:
        raise ActionFailedError("InputType FilePath needs an Input and an input artifact", code="ConfigurationError")
    try:
        return context.artifacts.read(artifacts[0].name, given).decode()
    except ArtifactError as missing:
        raise ActionFailedError(str(missing), code="ConfigurationError") from None
