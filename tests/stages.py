"""The stages of the tests' own settings, to be chosen by what protects them: no test knows a stage by its name."""

from collections.abc import Callable

from aws_cdk import RemovalPolicy

from pipeline.reading import read_settings
from stages.build import stage_settings
from stages.table import STAGES
from tap_stack.settings import StageSettings
from tests.synthesis import SETTINGS

Protection = Callable[[StageSettings], bool]


def configured_stages() -> tuple[StageSettings, ...]:
    """Every stage, in the order of delivery."""
    settings = read_settings(context=SETTINGS, environ={}, rows=STAGES)
    return stage_settings(settings.ordered_stages, tools_account=settings.tools.account, table=STAGES)


def retained(stage: StageSettings) -> bool:
    """Whether the stage's data survives its stack."""
    return stage.removal_policy is RemovalPolicy.RETAIN


def disposable(stage: StageSettings) -> bool:
    """Whether the stage deletes without a trace."""
    return stage.removal_policy is RemovalPolicy.DESTROY


def names(protection: Protection = lambda _: True) -> list[str]:
    """The names of the stages that have ``protection``, in the order of delivery."""
    return [stage.name for stage in configured_stages() if protection(stage)]
