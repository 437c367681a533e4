"""Rule DeploymentWindow: waits until deployments are allowed.

Rules: "DeploymentWindow" in the CodePipeline user guide. This machine's clock decides; who does not want to wait
overrides the condition.
"""

import datetime as dt

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.engine.windows import Window, zone

LOOK_SECONDS = 1.0


def run(context: ActionContext) -> Outcome:
    """Succeed inside the window; outside wait for it, no longer than the rule declares."""
    cron, name = context.configuration["Cron"], context.configuration.get("TimeZone", "UTC")
    try:
        window, where = Window.of(cron), zone(name)
    except ValueError as wrong:
        raise ActionFailedError(str(wrong), code="ConfigurationError") from None
    minutes = context.action.timeout_in_minutes
    waited = 0.0
    while not window.contains(now(where)):
        context.progress.report(summary=f"Waits for the deployment window {cron} ({name})")
        if minutes is not None and waited >= minutes * 60:
            raise ActionFailedError(f"The deployment window {cron} ({name}) did not open within {minutes} minutes")
        context.progress.pause(LOOK_SECONDS)
        waited += LOOK_SECONDS
    return Outcome(summary=f"Inside the deployment window {cron} ({name})")


def now(where: dt.tzinfo) -> dt.datetime:
    """Return the time in a time zone."""
    return dt.datetime.now(tz=where)
