from decimal import Decimal
from pathlib import Path

from cdk_cost.__main__ import report
from cdk_cost.assembly import read_stacks
from cdk_cost.charges import charges


def fixed(assembly: Path) -> dict[str, dict[str, Decimal]]:
    """How many of each thing each stack of the assembly pays by the month."""
    found: dict[str, dict[str, Decimal]] = {}
    for stack in read_stacks(assembly):
        things = found.setdefault(stack.name, {})
        for resource in stack.resources:
            for charge in charges(resource.kind, resource.properties):
                things[charge.thing] = things.get(charge.thing, Decimal(0)) + charge.quantity
    return found


def test_dev_pays_for_one_nat_gateway_and_a_t3_micro_and_nothing_idle(assembly: Path) -> None:
    assert fixed(assembly)["dev-tap"] == {
        "NAT gateway": 1,
        "public IPv4 address": 1,
        "database instance, db.t3.micro": 1,
        "database storage, GB of gp3": 20,
        "secret": 1,
        "customer managed key": 1,
        "web ACL": 1,
        "web ACL rule": 2,
    }


def test_prod_pays_for_the_second_zone(assembly: Path) -> None:
    prod = fixed(assembly)["prod-tap"]
    assert [prod["NAT gateway"], prod["public IPv4 address"]] == [Decimal(2), Decimal(2)]
    assert prod["database instance, db.t3.micro, Multi-AZ"] == 1


def test_every_stack_of_the_app_has_its_total(assembly: Path) -> None:
    said = report(assembly)
    totals = [line for line in said.splitlines() if "fixed, USD per month" in line]
    assert [block.partition(" ")[0] for block in said.split("\n\n")] == ["TapPipeline", "dev-tap", "prod-tap"]
    assert len(totals) == 3
