"""The gate: the rule pack that every synth is held against."""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks


def add_gate(app: App) -> None:
    """Hold ``app``, with all stacks in all its stages, against the AwsSolutions pack; a finding fails the synth.

    Called once, on the App: on a Stage the pack reports the whole app as well, and twice reports everything twice.
    """
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
