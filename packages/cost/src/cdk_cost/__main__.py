"""Entry point of ``cdk-cost`` and ``python -m cdk_cost``."""

import sys
from pathlib import Path

import click

from cdk_cost.assembly import read_stacks
from cdk_cost.errors import CostError
from cdk_cost.prices import read_prices
from cdk_cost.report import lines


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("cdk.out"))
def main(folder: Path) -> None:
    """Print the fixed monthly cost of each stack in the cloud assembly FOLDER (by default cdk.out).

    Exit codes: 0 printed; 1 a cost is unknown (one line on stderr names it); 2 wrong usage.
    """
    try:
        click.echo(report(folder), nl=False)
    except CostError as error:
        sys.exit(f"cost: {error}")


def report(folder: Path) -> str:
    """Return the report on every stack. Raises :class:`~cdk_cost.errors.CostError`."""
    blocks = []
    for stack in read_stacks(folder):
        prices = read_prices(stack.region)
        blocks.append("\n".join([*lines(stack, prices), f"  prices: {prices.source}, {prices.region}, {prices.read}"]))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    main(prog_name="python -m cdk_cost")
