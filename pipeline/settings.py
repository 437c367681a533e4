"""What the delivery is told: places, repository, connection, approvers. None of it is a secret.

Formats: account ids are 12 digits (AWS Account Management reference, "Account identifiers"); regions are those that
the pinned aws-cdk-lib knows; connection ARNs belong to ``codeconnections`` or its older name
``codestar-connections`` (Developer Tools console guide, "Connection resources").
"""

import re
from collections.abc import Callable
from typing import Annotated

from aws_cdk.region_info import RegionInfo
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

NOT_ALLOWED = "not_allowed"


def _text(allows: Callable[[str], object]) -> BeforeValidator:
    def check(value: object) -> str:
        if isinstance(value, str) and allows(value):
            return value
        raise PydanticCustomError(NOT_ALLOWED, "not allowed")

    return BeforeValidator(check)


def _like(pattern: str) -> BeforeValidator:
    return _text(re.compile(pattern).fullmatch)


REGIONS = frozenset(region.name for region in RegionInfo.regions)

Account = Annotated[str, _like(r"[0-9]{12}"), Field(description="12 digits in quotes, such as '222222222222'")]
Region = Annotated[str, _text(REGIONS.__contains__), Field(description=f"one of {', '.join(sorted(REGIONS))}")]
Repository = Annotated[
    str,
    _like(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"),
    Field(description="owner/name, such as 'your-organisation/tap-delivery'"),
]
Branch = Annotated[
    str, _like(r"[A-Za-z0-9][A-Za-z0-9_./-]*"), Field(description="the name of a branch, such as 'main'")
]
ConnectionArn = Annotated[
    str,
    _like(r"arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]{36}"),
    Field(description="arn:aws:codeconnections:<region>:<account>:connection/<id of 36 characters>"),
]
Boundary = Annotated[
    str | None,
    _like(r"[A-Za-z0-9_+=,.@-]{1,128}"),
    Field(description="the name of a managed policy that every account has, such as 'team-boundary'; none if left out"),
]
Email = Annotated[str, _like(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")]
Approvers = Annotated[
    tuple[Email, ...], Field(min_length=1, description="one or more e-mail addresses, such as 'approvers@example.com'")
]


class Place(BaseModel):
    """An account and a region: where something is deployed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: Account
    region: Region


class DeliverySettings(BaseModel):
    """Everything that differs from one owner of this repository to the next.

    ``tools`` holds the pipeline, ``dev`` and ``prod`` the workload; all three may be one account. ``approvers`` are the
    e-mail addresses that hear of a waiting approval. ``permissions_boundary`` is what no role may exceed, whatever its
    policies say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tools: Place
    dev: Place
    prod: Place
    repository: Repository
    branch: Branch
    connection_arn: ConnectionArn
    approvers: Approvers
    permissions_boundary: Boundary = None
