"""The gate: the rules that every synth is held against."""

from pathlib import Path
from typing import Final

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks

from compliance.exceptions import judge_exceptions
from compliance.plugin import OwnRules
from compliance.validation import CachedValidation

STRICT: Final = {
    "@aws-cdk/core:failSynthOnValidationErrors": True,
    "@aws-cdk/core:appMode": "inmemory",
    "@aws-cdk/core:validateAgainstDefaultRules": True,
}
"""Context that an App needs above the CLI's (``post_cli_context``): the app itself fails on a finding, wherever it is.

The CLI switches that off and fails on findings in the stacks that its command selects, which leaves out stacks in
stages of their own (aws-cdk 2.1148.1, loadUnifiedValidationReport). The mode makes the error carry the findings. The
last keeps what CDK's own validation of templates finds from being passed on as advice.
"""

_FAILED = "ValidationFailed: "


class FindingsError(Exception):
    """Rules are broken. The message lists the findings and says where the report is."""


def add_gate(app: App, *, validation: CachedValidation | None = None) -> None:
    """Hold ``app``, with all stacks in all its stages, against three packs and the project's own rules.

    ``validation`` stands in for CDK's own validation of templates where the library does not run that by itself.

    Called once, on the App: on a Stage a pack reports the whole app as well, and twice reports everything twice.
    """
    packs = (AwsSolutionsChecks(app), NIST80053R5Checks(app), PCIDSS321Checks(app))
    # First, where the library's own comes in the report.
    own = () if validation is None else (validation,)
    Validations.of(app).add_plugins(*own, *packs, OwnRules())


def synthesise(app: App) -> None:
    """Synthesise ``app``, made with :data:`STRICT`; raises :class:`FindingsError` on a finding.

    Exceptions are judged last, since CDK matches them with what was found when all rules have spoken.
    """
    problems = []
    try:
        app.synth()
    except RuntimeError as error:
        # jsii has this one class for everything that aws-cdk-lib throws.
        message = str(error)
        if not message.startswith(_FAILED):
            raise
        problems.append(message.removeprefix(_FAILED))
    problems += judge_exceptions(Path(app.outdir))
    if problems:
        raise FindingsError("\n".join(problems))
