"""The price table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cdk_cost.errors import CostError

TABLE = Path(__file__).with_name("prices.json")
HOURS = Decimal(730)
"""Hours in a month, as the AWS Pricing Calculator counts them."""
MONTHLY = {"hour": HOURS, "month": Decimal(1)}


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What one of each thing costs in US dollars a month, in one region, and when and where that was read."""

    read: str
    source: str
    region: str
    monthly: Mapping[str, Decimal]

    def of(self, thing: str) -> Decimal:
        """Return the price of one ``thing`` a month.

        Raises:
            CostError: The table has none.
        """
        if thing not in self.monthly:
            raise CostError(f"no price for {thing!r} in {self.region}; add it to {TABLE.name} with its source")
        return self.monthly[thing]


def read_prices(region: str, table: Path = TABLE) -> Prices:
    """Return the prices of ``region``.

    Raises:
        CostError: The table has none for that region.
    """
    content = json.loads(table.read_text())
    regions = content["regions"]
    if region not in regions:
        raise CostError(f"no prices for region {region}; {table.name} has {', '.join(regions)}")
    monthly = {thing: Decimal(price["usd"]) * MONTHLY[price["per"]] for thing, price in regions[region].items()}
    return Prices(read=content["read"], source=content["source"], region=region, monthly=monthly)
