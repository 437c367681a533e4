"""Judge what a change to an AWS CDK app loses, weakens, or opens."""

from cdk_verdict.change_sets import Loss, change_set_losses
from cdk_verdict.encoding import to_document
from cdk_verdict.errors import VerdictError
from cdk_verdict.judging import judge, judge_assemblies
from cdk_verdict.model import Kind, Observation, Outcome, Subject, Verdict, Witness, verdict_of
from cdk_verdict.stateful import STATEFUL

__all__ = [
    "STATEFUL",
    "Kind",
    "Loss",
    "Observation",
    "Outcome",
    "Subject",
    "Verdict",
    "VerdictError",
    "Witness",
    "change_set_losses",
    "judge",
    "judge_assemblies",
    "to_document",
    "verdict_of",
]
