"""The stages of this repository's own settings, as its delivery in these tests has them."""

from dataclasses import replace

from cdk_rehearsal.testing.worlds import ELSEWHERE
from pipeline.reading import read_settings
from stages.build import stage_settings
from stages.table import STAGES as ROWS
from tap_stack.settings import StageSettings
from tests.stages import disposable, retained
from tests.synthesis import committed_context

_settings = read_settings(context=committed_context()["delivery"], environ={}, rows=ROWS)
_committed = stage_settings(_settings.ordered_stages, tools_account=_settings.tools.account, table=ROWS)

DISPOSABLE = replace(next(filter(disposable, _committed)), region=ELSEWHERE)
"""The first stage that deletes without a trace; it lives in another Region than the others."""

RETAINED = next(filter(retained, _committed))
"""The first stage whose data survives its stack."""

STAGES = tuple(DISPOSABLE if stage.name == DISPOSABLE.name else stage for stage in _committed)
"""Every stage, in the order of delivery."""


def expected(stage: StageSettings) -> list[str]:
    """The actions of a stage, in order, by what protects it."""
    actions = ["Approve"] if stage.approval_required else []
    for address in stage.stacks:
        stack = address.partition("/")[2]
        guard = [f"{stack}.Guard"] if retained(stage) else []
        actions += [f"{stack}.Prepare", *guard, f"{stack}.Deploy"]
    actions += ["Protect"] if stage.termination_protection else []
    return [f"{stage.construct_id} · {action}" for action in (*actions, "Check")]
