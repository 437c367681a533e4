"""What a call says, checked against botocore's service model before anything is done with it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError

LARGEST_PAGE = 100


@cache
def service_model() -> ServiceModel:
    """Return CodePipeline's model as botocore ships it."""
    model: ServiceModel = botocore.session.Session().get_service_model("codepipeline")
    return model


def check_input(call: Call) -> None:
    """Refuse a payload that the operation's input shape does not allow.

    Raises:
        ServiceError: ValidationException.
    """
    shape = service_model().operation_model(call.operation).input_shape
    problems = ParamValidator().validate(call.payload, shape)
    if problems.has_errors():
        raise ServiceError("ValidationException", " ".join(problems.generate_report().split()))


def page(items: Sequence[Json], call: Call, *, size: int = LARGEST_PAGE) -> tuple[list[Json], Json]:
    """Return the page of ``items`` that a call asks for, and the ``nextToken`` member when there is more.

    Raises:
        ServiceError: InvalidNextTokenException.
    """
    token: Any = call.payload.get("nextToken", "0")
    if not token.isdigit():
        raise ServiceError("InvalidNextTokenException", "The next token is not one that this operation returned")
    start = int(token)
    end = start + call.payload.get("maxResults", size)
    return list(items[start:end]), ({"nextToken": str(end)} if end < len(items) else {})
