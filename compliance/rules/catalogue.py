"""All of the project's own rules on templates."""

from typing import Final

from compliance.rules.access import AWS_MANAGED, CONFUSED_DEPUTY, EVERYBODY
from compliance.rules.encryption import ENCRYPTION
from compliance.rules.logs import LOG_RETENTION
from compliance.rules.network import INGRESS_WIDTH, RULE_DESCRIPTION
from compliance.rules.removal import PROTECTION, REMOVAL_KEPT

RULES: Final = (
    ENCRYPTION,
    REMOVAL_KEPT,
    PROTECTION,
    LOG_RETENTION,
    EVERYBODY,
    CONFUSED_DEPUTY,
    AWS_MANAGED,
    RULE_DESCRIPTION,
    INGRESS_WIDTH,
)
