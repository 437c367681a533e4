"""The settings of a delivery: accounts, Regions, repository, connection, approvers. None of them is a secret.

Formats: account IDs are 12 digits (AWS Account Management reference, "Account identifiers"); connection ARNs belong to
``codeconnections`` or its older name ``codestar-connections`` (Developer Tools console guide, "Connection resources");
a bootstrap qualifier has at most 10 lower-case letters and digits (CDK developer guide, "Customize CDK bootstrapping");
branch names follow git-check-ref-format(1).
"""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.regions import PIPELINE_REGIONS, STAGE_REGIONS

CONTEXT_KEY = "delivery"
"""The key of the settings in the context of ``cdk.json``."""


NOT_ALLOWED = "not_allowed"
"""The type of validation errors whose message is the rest of a line: what is wrong, and what to do."""

RESERVED = frozenset(
    {
        # Names of stages that every pipeline of CDK Pipelines has.
        *("source", "build", "updatepipeline", "assets"),
        # Constructs beside the stages in the pipeline's stack.
        *("artifacts", "buildlogs", "delivery", "key", "notifications", "pipelinename"),
        # Construct ids that CDK leaves out of logical ids ("Identifiers", CDK developer guide), and the other account.
        *("default", "resource", "tools"),
    }
)
"""Words that cannot name a stage."""


EMAIL = (
    r"(?=.{1,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
"""An e-mail address as browsers accept it (HTML standard, "Valid e-mail address"), with two labels or more."""


def _rejected(problem: str) -> PydanticCustomError:
    return PydanticCustomError(NOT_ALLOWED, "{problem}", {"problem": problem})


def _text(allows: Callable[[str], object], *, kind: str, use: str) -> BeforeValidator:
    def check(value: object) -> str:
        if isinstance(value, str) and allows(value):
            return value
        raise _rejected(f"{value!r} is not {kind}; use {use}")

    return BeforeValidator(check)


def _like(pattern: str, *, kind: str, use: str) -> BeforeValidator:
    return _text(re.compile(pattern).fullmatch, kind=kind, use=use)


def _not_reserved(name: str) -> str:
    if name in RESERVED:
        raise _rejected(f"{name!r} is a reserved word; use another name")
    return name


def _items(value: object) -> object:
    # A variable holds a list as text.
    return [item.strip() for item in value.split(",")] if isinstance(value, str) else value


Account = Annotated[str, _like(r"[0-9]{12}", kind="an account ID", use="12 digits in quotes, such as '222222222222'")]
Region = Annotated[
    str,
    _text(
        STAGE_REGIONS.__contains__,
        kind="a Region that a stage can be in",
        use=f"one of {', '.join(sorted(STAGE_REGIONS))}",
    ),
]
PipelineRegion = Annotated[
    str,
    _text(
        PIPELINE_REGIONS.__contains__,
        kind="a Region that the pipeline can be in",
        use=f"one of {', '.join(sorted(PIPELINE_REGIONS))}",
    ),
]
Repository = Annotated[
    str,
    _like(
        r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+",
        kind="a repository",
        use="owner/name, such as 'your-name/tap-delivery'",
    ),
]
Branch = Annotated[
    str,
    _like(
        r"(?!.*(\.\.|//|/\.|\.lock(/|$)))[A-Za-z0-9]([A-Za-z0-9_./-]{0,253}[A-Za-z0-9_-])?",
        kind="a branch name",
        use="one that git accepts, such as 'main', of at most 255 letters, digits, and ._-/",
    ),
]
ConnectionArn = Annotated[
    str,
    _like(
        r"arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]{36}",
        kind="the ARN of a connection",
        use="arn:aws:codeconnections:<region>:<account>:connection/<id of 36 characters>",
    ),
]
Boundary = Annotated[
    str,
    _like(
        r"[A-Za-z0-9_+=,.@-]{1,128}",
        kind="the name of a managed policy",
        use="the name of one that every account has, such as 'team-boundary', or leave the setting out",
    ),
]
Qualifier = Annotated[
    str, _like(r"[a-z0-9]{1,10}", kind="a bootstrap qualifier", use="1 to 10 lower-case letters and digits")
]
Email = Annotated[str, _like(EMAIL, kind="an e-mail address", use="one such as 'approvers@example.com'")]
StageName = Annotated[
    str,
    _like(
        r"[a-z][a-z0-9]{0,19}",
        kind="a stage name",
        use="1 to 20 lower-case letters and digits that start with a letter",
    ),
    AfterValidator(_not_reserved),
]


class Place(BaseModel):
    """An account and a Region: the target environment of a stage or of the pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: Account
    region: Region


class PipelinePlace(Place):
    """The same for the pipeline, whose source is not available in every Region."""

    region: PipelineRegion


class DeliverySettings(BaseSettings):
    """Everything that differs from one owner of this repository to the next.

    Attributes:
        tools: Where the pipeline lives.
        stages: Where each stage lives, by its name; they may share an account with each other and with the pipeline.
        order: The stages in the order of delivery; by default the order of ``stages``.
        repository: The repository whose pushes are delivered.
        branch: The branch whose pushes are delivered.
        connection_arn: The connection that gives the pipeline access to the repository.
        approvers: The e-mail addresses that are notified of a pending approval.
        permissions_boundary: The managed policy that bounds every role; None for no boundary.
        qualifier: The qualifier that every account was bootstrapped with; by default the CDK's own.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=False,
        env_prefix=f"{CONTEXT_KEY}_",
        env_nested_delimiter="_",
        # A variable's text is taken as it is: an account ID is digits, and no number.
        enable_decoding=False,
    )

    tools: PipelinePlace
    stages: Annotated[dict[StageName, Place], Field(min_length=1)]
    order: Annotated[tuple[str, ...], BeforeValidator(_items)] = ()
    repository: Repository
    branch: Branch
    connection_arn: ConnectionArn
    approvers: Annotated[tuple[Email, ...], BeforeValidator(_items), Field(min_length=1)]
    permissions_boundary: Boundary | None = None
    qualifier: Qualifier = "hnb659fds"

    @field_validator("order")
    @classmethod
    def _names_each_stage_once(cls, order: tuple[str, ...], given: ValidationInfo) -> tuple[str, ...]:
        stages = given.data.get("stages", dict.fromkeys(order))
        for name in order:
            if name not in stages:
                raise _rejected(f"{name!r} is not a stage; use each of {', '.join(stages)} once")
        if len(order) != len(set(order)) or len(order) != len(stages):
            raise _rejected(f"{', '.join(order)!r} is not an order of the stages; use each of {', '.join(stages)} once")
        return order

    @property
    def ordered_stages(self) -> dict[str, Place]:
        """The stages in the order of delivery."""
        return {name: self.stages[name] for name in self.order or self.stages}
