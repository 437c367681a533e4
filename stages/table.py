"""The table of stages. Where each one is, and their order, are settings: ``delivery.stages`` in ``cdk.json``."""

from collections.abc import Mapping

from stages.profiles import DISPOSABLE, RETAINED
from tap_stack.settings import StageProfile

STAGES: Mapping[str, StageProfile] = {
    "dev": DISPOSABLE,
    "prod": RETAINED,
}
