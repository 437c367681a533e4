"""KMS keys: who may use one, by its own policy."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import json
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import kms

from cdk_rehearsal.emulator.wiring.scope import account, region, scope


def find_key(reference: str) -> dict[str, Any] | None:
    """Return the record of a key named by id, ARN or alias; an ARN may name another account's."""
    owner, place = account(), region()
    if reference.startswith("arn:"):
        _, _, _, place, owner, _ = reference.split(":", 5)
    with scope(owner, place):
        record: dict[str, Any] | None = kms._resolve_key(reference)
        return record


def service_may_use(reference: str, service: str, action: str, context: Mapping[str, str] = {}) -> bool:
    """Whether an enabled key's policy lets a service principal perform ``action`` in the current account.

    Conditions see ``aws:SourceAccount``, ``kms:CallerAccount`` and the keys of ``context`` (lower case).
    """
    key = find_key(reference)
    if key is None or key["KeyState"] != "Enabled":
        return False
    statements = json.loads(key["Policy"])["Statement"]
    about = [s for s in statements if _names(s.get("Principal"), service)]
    evaluated = iam_evaluator.EvalContext(
        principal_arn=service,
        principal_type="Service",
        principal_account=account(),
        action=action,
        resource_arn=key["Arn"],
        region=region(),
        service_context={"aws:sourceaccount": account(), "kms:calleraccount": account(), **context},
    )
    parsed = iam_evaluator.parse_policy_document({"Statement": about})
    return bool(iam_evaluator.evaluate(evaluated, [parsed]).decision == "Allow")


def _names(principal: Any, service: str) -> bool:
    return principal == "*" or bool(iam_evaluator._service_principal_matches(principal, service))
