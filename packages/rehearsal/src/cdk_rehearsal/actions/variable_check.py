"""Rule VariableCheck: holds a variable against a value.

Rules: "VariableCheck" in the CodePipeline user guide. Java's regular expressions are read as Python's, which differ in
rare constructs only.
"""

import re
from collections.abc import Callable
from types import MappingProxyType

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome

OPERATORS: MappingProxyType[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "EQ": lambda variable, value: variable == value,
        "NE": lambda variable, value: variable != value,
        "CONTAINS": lambda variable, value: value in variable,
        "MATCHES": lambda variable, value: re.fullmatch(value, variable) is not None,
    }
)


def run(context: ActionContext) -> Outcome:
    """Succeed if the variable passes the check."""
    variable, operator, value = (context.configuration[name] for name in ("Variable", "Operator", "Value"))
    try:
        passes = OPERATORS[operator](variable, value)
    except re.error as malformed:
        raise ActionFailedError(f"{value} is no regular expression: {malformed}", code="ConfigurationError") from None
    if not passes:
        raise ActionFailedError(f"'{variable}' {operator} '{value}' does not hold")
    return Outcome(summary=f"'{variable}' {operator} '{value}' holds")
