"""The command ``cdk-cost``."""

import sys
from pathlib import Path

import click

from cdk_cost.assembly import read_stacks
from cdk_cost.errors import CostError
from cdk_cost.prices import read_prices
from cdk_cost.report import lines


@click.command(epilog="Exit codes: 0 printed, 1 a cost is unknown (one line says which), 2 wrong arguments.")
@click.argument("assembly", type=click.Path(path_type=Path), default=Path("cdk.out"))
def main(assembly: Path) -> None:
    """Print the fixed monthly cost of each stack of the cloud assembly ASSEMBLY (by default cdk.out)."""
    try:
        click.echo(report(assembly), nl=False)
    except CostError as error:
        click.echo(f"cdk-cost: {error}", err=True)
        sys.exit(1)


def report(folder: Path) -> str:
    """Return the whole report. Raises :class:`~cdk_cost.errors.CostError`."""
    blocks = []
    for stack in read_stacks(folder):
        prices = read_prices(stack.region)
        blocks.append("\n".join([*lines(stack, prices), f"  prices: {prices.source}, {prices.region}, {prices.read}"]))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    main()
