"""``python -m cdk_cost [FOLDER]``: print each stack's fixed cost a month, from the cloud assembly in FOLDER (cdk.out).

Exit codes: 0 printed, 1 a cost can't be told (one line on stderr says which), 2 wrong arguments.
"""

import sys
from pathlib import Path

from cdk_cost.assembly import read_stacks
from cdk_cost.errors import CostError
from cdk_cost.prices import read_prices
from cdk_cost.report import lines

USAGE = "usage: python -m cdk_cost [FOLDER of a cloud assembly, by default cdk.out]"


def main(arguments: list[str]) -> None:
    """Print the report. Ends the process where that is not possible."""
    match arguments:
        case []:
            folder = Path("cdk.out")
        case [named]:
            folder = Path(named)
        case _:
            sys.stderr.write(f"{USAGE}\n")
            sys.exit(2)
    try:
        sys.stdout.write(report(folder))
    except CostError as error:
        sys.exit(f"cost: {error}")


def report(folder: Path) -> str:
    """Return the whole report. Raises :class:`~cdk_cost.errors.CostError`."""
    blocks = []
    for stack in read_stacks(folder):
        prices = read_prices(stack.region)
        blocks.append("\n".join([*lines(stack, prices), f"  prices: {prices.source}, {prices.region}, {prices.read}"]))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
