"""Rule CloudWatchAlarm: looks at an alarm, for a while if it is to.

Rules: "CloudWatchAlarm" and "Configure conditions for a stage" in the CodePipeline user guide. Before entry it waits
for the alarm to get well; otherwise it watches whether the alarm goes off. A minute of the wait is a second here.
"""

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome

MINUTE_SECONDS = 1.0
WAITS_FOR_THE_BETTER = "BEFORE_ENTRY"


def run(context: ActionContext) -> Outcome:
    """Succeed if the alarm is in none of the monitored states, ALARM unless declared."""
    settings = context.configuration
    name, given = settings["AlarmName"], settings.get("WaitTime", "0")
    if not given.isdigit():
        raise ActionFailedError(f"WaitTime {given} is no number of minutes", code="ConfigurationError")
    monitored = {each.strip() for each in settings.get("AlarmStates", "ALARM").split(",")}
    if int(given):
        context.log.line(f"watches {name} for {given} minutes, each of which is a second in a rehearsal")
    state = _state(context, name)
    for _ in range(int(given)):
        if (state in monitored) is not (context.condition == WAITS_FOR_THE_BETTER):
            break
        context.progress.report(summary=f"Watches alarm {name}, which is in state {state}")
        context.progress.pause(MINUTE_SECONDS)
        state = _state(context, name)
    if state in monitored:
        raise ActionFailedError(f"Alarm {name} is in state {state}")
    return Outcome(summary=f"Alarm {name} is in state {state}")


def _state(context: ActionContext, name: str) -> str:
    answer = context.clients("cloudwatch").describe_alarms(AlarmNames=[name])
    for alarm in (*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])):
        state: str = alarm["StateValue"]
        return state
    raise ActionFailedError(f"There is no alarm {name}", code="ConfigurationError")
