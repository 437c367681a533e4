"""Deploy (CloudFormation): change sets, stacks, deletions, by ``ActionMode``.

Rules: "AWS CloudFormation deploy action reference" in the CodePipeline user guide.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from botocore.exceptions import ClientError

from cdk_rehearsal.actions.artifacts import archive_of
from cdk_rehearsal.actions.change_sets import NO_CHANGES, describe_changes, settled
from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.actions.stacks import Stack, StackWatch, find_stack
from cdk_rehearsal.actions.templates import stack_parameters
from cdk_rehearsal.engine.providers import CHANGE_SET_EXECUTE, CHANGE_SET_REPLACE, CREATE_UPDATE, DELETE_ONLY

# A stack whose creation failed can only be deleted; CloudFormation answers so to every update of it.
DEAD_ENDS = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})


def run(context: ActionContext) -> Outcome:
    """Run the mode that the action is configured for."""
    return MODES[context.configuration["ActionMode"]](context)


def _replace_change_set(context: ActionContext) -> Outcome:
    """Create the change set anew, and wait until it says what it would change."""
    client = context.clients("cloudformation")
    stack_name, name = context.configuration["StackName"], context.configuration["ChangeSetName"]
    stack = find_stack(client, stack_name)
    exists = stack is not None and stack.status != "REVIEW_IN_PROGRESS"
    if stack is not None:
        _refuse_dead_end(stack)
        client.delete_change_set(StackName=stack_name, ChangeSetName=name)
    created = client.create_change_set(
        StackName=stack_name,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if exists else "CREATE",
        **stack_parameters(context),
    )
    context.progress.report(external_id=created["Id"], summary=f"Change set {name} is being created")
    change_set = settled(context, created["Id"])
    for line in describe_changes(change_set):
        context.log.line(line)
    if change_set["Status"] == "FAILED":
        reason = change_set.get("StatusReason", "")
        if not NO_CHANGES.search(reason):
            raise ActionFailedError(f"Change set {name} of stack {stack_name} failed: {reason}")
        return Outcome(summary=f"Change set {name} has no changes: stack {stack_name} is up to date")
    return Outcome(summary=f"Change set {name} was created")


def _execute_change_set(context: ActionContext) -> Outcome:
    """Execute what was prepared; one without changes is passed over."""
    client = context.clients("cloudformation")
    stack_name, name = context.configuration["StackName"], context.configuration["ChangeSetName"]
    change_set = client.describe_change_set(StackName=stack_name, ChangeSetName=name)
    context.progress.report(external_id=change_set["ChangeSetId"])
    if change_set["Status"] == "FAILED" and NO_CHANGES.search(change_set.get("StatusReason", "")):
        context.log.line(f"change set {name} has no changes; there is nothing to execute")
        stack = find_stack(client, stack_name)
        return _deployed(context, stack, f"Change set {name} has no changes: stack {stack_name} is up to date")
    watch = StackWatch(context, change_set["StackId"])
    client.execute_change_set(StackName=stack_name, ChangeSetName=name)
    return _deployed(context, watch.until_done(), f"Stack {stack_name} was deployed")


def _create_or_update(context: ActionContext) -> Outcome:
    """Create the stack, or update it."""
    client = context.clients("cloudformation")
    stack_name = context.configuration["StackName"]
    parameters = stack_parameters(context)
    stack = find_stack(client, stack_name)
    if stack is None:
        created = client.create_stack(StackName=stack_name, **parameters)
        watch = StackWatch(context, created["StackId"], new=True)
        return _deployed(context, watch.until_done(), f"Stack {stack_name} created")
    _refuse_dead_end(stack)
    watch = StackWatch(context, stack.id)
    try:
        client.update_stack(StackName=stack_name, **parameters)
    except ClientError as refused:
        if not NO_CHANGES.search(refused.response["Error"]["Message"]):
            raise
        context.log.line("no updates are to be performed")
        return _deployed(context, stack, f"Stack {stack_name} is up to date")
    return _deployed(context, watch.until_done(), f"Stack {stack_name} updated")


def _delete(context: ActionContext) -> Outcome:
    """Delete the stack; one that is gone already is as good."""
    client = context.clients("cloudformation")
    stack_name = context.configuration["StackName"]
    stack = find_stack(client, stack_name)
    if stack is None:
        return Outcome(summary=f"There is no stack {stack_name}")
    watch = StackWatch(context, stack.id)
    role = context.configuration.get("RoleArn")
    client.delete_stack(StackName=stack_name, **({"RoleARN": role} if role else {}))
    watch.until_done()
    return Outcome(summary=f"Stack {stack_name} was deleted")


def _refuse_dead_end(stack: Stack) -> None:
    if stack.status in DEAD_ENDS:
        raise ActionFailedError(
            f"Stack {stack.name} is in {stack.status} state and can not be updated; delete it and run the stage again"
        )


def _deployed(context: ActionContext, stack: Stack | None, summary: str) -> Outcome:
    outputs: Mapping[str, str] = stack.outputs if stack else {}
    for key, value in outputs.items():
        context.log.line(f"output {key} = {value}")
    file_name = context.configuration.get("OutputFileName")
    for artifact in context.action.output_artifacts:
        if file_name:
            context.artifacts.write(artifact.name, archive_of({file_name: json.dumps(dict(outputs)).encode()}))
    return Outcome(summary=summary, variables=outputs)


Mode = Callable[[ActionContext], Outcome]
MODES: MappingProxyType[str, Mode] = MappingProxyType(
    {
        CHANGE_SET_REPLACE: _replace_change_set,
        CHANGE_SET_EXECUTE: _execute_change_set,
        CREATE_UPDATE: _create_or_update,
        DELETE_ONLY: _delete,
    }
)
