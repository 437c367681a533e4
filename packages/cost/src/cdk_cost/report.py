"""The report: one line per charge, and a total per stack."""

from collections.abc import Iterator
from decimal import Decimal

from cdk_cost.assembly import Stack
from cdk_cost.charges import charges
from cdk_cost.prices import Prices


def lines(stack: Stack, prices: Prices) -> Iterator[str]:
    """Yield the report of ``stack`` at ``prices``, in US dollars per month.

    Raises:
        cdk_cost.errors.CostError: A type or a thing has no price.
    """
    items = [
        (resource.where, charge, prices.of(charge.thing) * charge.quantity)
        for resource in stack.resources
        for charge in charges(resource.kind, resource.properties)
    ]
    width = max((len(where) for where, *_ in items), default=0)
    yield f"{stack.name} ({stack.region})"
    for where, charge, amount in items:
        yield f"  {where:{width}}  {charge.quantity:>3} x {charge.thing:42} {amount:8.2f}"
    total = sum((amount for *_, amount in items), start=Decimal(0))
    yield f"  {'fixed, USD per month':{width + 50}}{total:8.2f}"
