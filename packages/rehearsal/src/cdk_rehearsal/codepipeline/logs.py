"""Where the log of an action lies."""

from pathlib import Path

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError


def new_action_log(
    config: EmulatorConfig, *, pipeline: str, execution: str, number: int, stage: str, action: str
) -> Path:
    """Return the path of the log of the ``number``-th action that an execution starts."""
    return config.action_logs / pipeline / execution / f"{number:02}-{stage}-{action}.log"


def action_log(config: EmulatorConfig, pipeline: str, execution: str, stage: str, action: str) -> Path:
    """Return the log of an action; of the latest run if it was retried.

    Raises:
        RehearsalError: the action has not started in this execution.
    """
    folder = config.action_logs / pipeline / execution
    ending = f"-{stage}-{action}.log"
    logs = [each for each in folder.glob("*.log") if each.name.partition("-")[2] == ending[1:]]
    if not logs:
        raise RehearsalError(f"{pipeline}: action {action} of stage {stage} has no log in execution {execution}")
    return max(logs, key=lambda each: int(each.name.partition("-")[0]))
