from decimal import Decimal
from pathlib import Path

from cdk_cost.__main__ import report
from cdk_cost.assembly import read_stacks
from cdk_cost.charges import charges
from tests.stages import configured_stages
from tests.unit.tap_stack.workload import Workload


def fixed(assembly: Path) -> dict[str, dict[str, Decimal]]:
    """How many of each thing each stack of the assembly pays by the month."""
    found: dict[str, dict[str, Decimal]] = {}
    for stack in read_stacks(assembly):
        things = found.setdefault(stack.name, {})
        for resource in stack.resources:
            for charge in charges(resource.kind, resource.properties):
                things[charge.thing] = things.get(charge.thing, Decimal(0)) + charge.quantity
    return found


def test_stage_pays_for_what_its_settings_ask_for_and_nothing_idle(stage: Workload) -> None:
    settings = stage.settings
    standby = ", Multi-AZ" if settings.multi_az else ""
    assert fixed(stage.assembly)[settings.stack_name] == {
        "NAT gateway": settings.nat_gateways,
        "public IPv4 address": settings.nat_gateways,
        f"database instance, db.{settings.database_class}{standby}": 1,
        f"database storage, GB of gp3{standby}": 20,
        "secret": 1,
        "customer managed key": 1,
        "web ACL": 1,
        "web ACL rule": 2,
    }


def test_every_stack_of_the_app_has_its_total(assembly: Path) -> None:
    stacks = sorted(stage.stack_name for stage in configured_stages())
    said = report(assembly)
    totals = [line for line in said.splitlines() if "fixed, USD per month" in line]
    assert [block.partition(" ")[0] for block in said.split("\n\n")] == ["TapPipeline", *stacks]
    assert len(totals) == 1 + len(stacks)
