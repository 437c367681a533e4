"""In which order the actions of a stage run."""

from itertools import groupby

from cdk_rehearsal.engine.definition import Action, Stage


def groups(stage: Stage) -> tuple[tuple[Action, ...], ...]:
    """Return the actions of ``stage`` by ascending run order; those of one group run side by side.

    Numbers need not be consecutive: only their order counts. Inside a group the declared order is kept.
    """
    ordered = sorted(stage.actions, key=lambda action: action.run_order)
    return tuple(tuple(group) for _, group in groupby(ordered, key=lambda action: action.run_order))
