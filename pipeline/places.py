"""From the settings to the table of stages."""

from pipeline.settings import DeliverySettings
from stages.table import stage_table
from tap_stack.settings import StageSettings


def stages(settings: DeliverySettings) -> tuple[StageSettings, ...]:
    """Return the stages in the order of delivery."""
    return stage_table(
        tools_account=settings.tools.account,
        dev_account=settings.dev.account,
        dev_region=settings.dev.region,
        prod_account=settings.prod.account,
        prod_region=settings.prod.region,
    )
