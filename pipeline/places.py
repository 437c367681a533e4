"""From the settings to the table of stages."""

from pipeline.errors import SettingsError
from pipeline.settings import DeliverySettings
from stages.table import stage_table
from tap_stack.settings import StageSettings, StageSettingsError


def stages(settings: DeliverySettings) -> tuple[StageSettings, ...]:
    """Return the stages in the order of delivery.

    Raises :class:`~pipeline.errors.SettingsError` where a stage cannot live in its place.
    """
    try:
        return stage_table(
            tools_account=settings.tools.account,
            dev_account=settings.dev.account,
            dev_region=settings.dev.region,
            prod_account=settings.prod.account,
            prod_region=settings.prod.region,
        )
    except StageSettingsError as error:
        setting = "delivery.<stage>.region (variable DELIVERY_<STAGE>_REGION)"
        raise SettingsError(f"{setting}: {error}") from None
