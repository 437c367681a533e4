"""Compares templates with the CDK's own engine, ``@aws-cdk/cloudformation-diff``, in one Node process for all stacks.

It knows from CloudFormation's resource schemas which change replaces a resource and which resources hold state, and
reads policies and security groups out of any resource type.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cdk_review.errors import ReviewError
from cdk_review.reading.model import Template

SCRIPT: Final = Path(__file__).with_name("engine.cjs")
LIMIT_S: Final = 120
"""Fifty stacks of two hundred resources take five seconds on two cores."""

Impact = Literal[
    "WILL_UPDATE",
    "WILL_CREATE",
    "WILL_REPLACE",
    "MAY_REPLACE",
    "WILL_DESTROY",
    "WILL_ORPHAN",
    "WILL_IMPORT",
    "NO_CHANGE",
]
"""The engine's ``ResourceImpact``."""


_ERROR: Final = re.compile(r"\w*Error\b.*:")
"""How Node begins the line that says what went wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResourceDifference(_Strict):
    """How one resource differs: its types, the worst impact, and the names of what differs."""

    before: str | None
    after: str | None
    impact: Impact
    properties: Mapping[str, Impact]
    attributes: tuple[str, ...]


class OtherDifference(_Strict):
    """A parameter, output, condition or mapping that differs, or an attribute of the template itself."""

    section: str
    name: str
    kind: Literal["added", "removed", "changed"]


class Targets(_Strict):
    """Whom or what a statement is about; everything but the values where ``excluded``."""

    excluded: bool
    values: tuple[str, ...]


class Statement(_Strict):
    """A policy statement. ``unparsed`` holds one that is only known when it is deployed."""

    effect: str
    actions: Targets
    resources: Targets
    principals: Targets
    condition: str | None
    unparsed: str | None


class Attachment(_Strict):
    """A managed policy on an identity."""

    identity: str
    policy: str


class Rule(_Strict):
    """A security group's rule, in the engine's words."""

    group: str
    protocol: str
    peer: str


class Statements(_Strict):
    """Statements on either side alone."""

    added: tuple[Statement, ...] = ()
    removed: tuple[Statement, ...] = ()


class Attachments(_Strict):
    """Attachments on either side alone."""

    added: tuple[Attachment, ...] = ()
    removed: tuple[Attachment, ...] = ()


class Rules(_Strict):
    """Rules on either side alone."""

    added: tuple[Rule, ...] = ()
    removed: tuple[Rule, ...] = ()


class Difference(_Strict):
    """How one template differs from another."""

    resources: Mapping[str, ResourceDifference] = {}
    others: tuple[OtherDifference, ...] = ()
    statements: Statements = Statements()
    attachments: Attachments = Attachments()
    ingress: Rules = Rules()
    egress: Rules = Rules()


class Comparison(_Strict):
    """What the engine says of all pairs: their differences, and the resource types that hold state."""

    stateful: frozenset[str] = frozenset()
    differences: Mapping[str, Difference] = {}


def compare(pairs: Mapping[str, tuple[Template, Template]]) -> Comparison:
    """Compare each pair of templates, old before new; only pairs that differ cost time.

    Raises :class:`~cdk_review.errors.ReviewError` where Node or the engine is missing, fails, or takes too long.
    """
    differing = {id_: pair for id_, pair in pairs.items() if pair[0] != pair[1]}
    if not differing:
        return Comparison()
    answer = ask(json.dumps(differing))
    try:
        return Comparison.model_validate_json(answer)
    except ValidationError as error:
        raise ReviewError(f"the CDK's comparison answered in a new form: {error.errors()[0]['msg']}") from None


def ask(document: str) -> str:
    """The engine's answer to ``document``, both JSON; raises :class:`~cdk_review.errors.ReviewError` where it fails."""
    node = shutil.which("node")
    if node is None:
        raise ReviewError("node is not on PATH, and the CDK's comparison runs on it; run `make setup`")
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [node, SCRIPT], input=document, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise ReviewError(f"the CDK's comparison took more than {LIMIT_S} s") from None
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if _ERROR.match(line)]
        raise ReviewError(f"the CDK's comparison failed ({said[0] if said else done.returncode}); run `make setup`")
    return done.stdout
