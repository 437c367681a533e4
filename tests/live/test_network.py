"""The network: tiers, routes, and the record of connections."""

from typing import Any

import pytest

from tests.live.conftest import Look, Stage
from tests.live.expectation import expect

ANYWHERE = "0.0.0.0/0"
# Where each tier's way out leads, by how the ids of its gateway begin.
WAYS_OUT = {"Public": "igw-", "Private": "nat-", "Isolated": None}
ZONES = 2

Subnets = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def tiers(stage: Stage, look: Look) -> Subnets:
    """The VPC's subnets by tier, which the CDK writes into a tag."""
    found: Subnets = {}
    pages = look("ec2").get_paginator("describe_subnets")
    for page in pages.paginate(Filters=[{"Name": "vpc-id", "Values": [stage.vpc_id]}]):
        for subnet in page["Subnets"]:
            tags = {tag["Key"]: tag["Value"] for tag in subnet["Tags"]}
            found.setdefault(tags.get("aws-cdk:subnet-type", "no tier"), []).append(subnet)
    return found


@pytest.fixture(scope="module")
def ways_out(stage: Stage, look: Look) -> dict[str, str | None]:
    """Where the default route of each subnet leads: to a gateway by its id, or nowhere."""
    found: dict[str, str | None] = {}
    pages = look("ec2").get_paginator("describe_route_tables")
    for page in pages.paginate(Filters=[{"Name": "vpc-id", "Values": [stage.vpc_id]}]):
        for table in page["RouteTables"]:
            gateways = [way.get("NatGatewayId") or way.get("GatewayId") for way in table["Routes"] if goes_out(way)]
            for association in table["Associations"]:
                if "SubnetId" in association:
                    found[association["SubnetId"]] = gateways[0] if gateways else None
    return found


def goes_out(route: dict[str, Any]) -> bool:
    return bool(route.get("DestinationCidrBlock") == ANYWHERE)


def test_there_are_three_tiers_in_two_zones(tiers: Subnets) -> None:
    zones = {tier: len({subnet["AvailabilityZone"] for subnet in subnets}) for tier, subnets in tiers.items()}
    expect("zones by tier", found=zones, expected=dict.fromkeys(WAYS_OUT, ZONES))


@pytest.mark.parametrize("tier", WAYS_OUT)
def test_a_tier_goes_out_as_it_should(tiers: Subnets, ways_out: dict[str, str | None], tier: str) -> None:
    for subnet in tiers[tier]:
        way = ways_out[subnet["SubnetId"]]
        kind = None if way is None else f"{way.partition('-')[0]}-"
        expect(f"way out of {tier} subnet {subnet['SubnetId']}", found=kind, expected=WAYS_OUT[tier])


@pytest.mark.parametrize("tier", ["Private", "Isolated"])
def test_nothing_gets_a_public_address(tiers: Subnets, tier: str) -> None:
    for subnet in tiers[tier]:
        about = f"public address on launch in {tier} subnet {subnet['SubnetId']}"
        expect(about, found=subnet["MapPublicIpOnLaunch"], expected=False)


def test_function_and_database_stand_in_their_tiers(
    tiers: Subnets, function: dict[str, Any], database: dict[str, Any]
) -> None:
    ids = {tier: {subnet["SubnetId"] for subnet in subnets} for tier, subnets in tiers.items()}
    own = {subnet["SubnetIdentifier"] for subnet in database["DBSubnetGroup"]["Subnets"]}
    expect("subnets of the function", found=set(function["VpcConfig"]["SubnetIds"]), expected=ids["Private"])
    expect("subnets of the database", found=own, expected=ids["Isolated"])


def test_every_connection_is_recorded(stage: Stage, look: Look) -> None:
    logs = look("ec2").describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [stage.vpc_id]}])["FlowLogs"]
    recorded = [(log["TrafficType"], log["FlowLogStatus"]) for log in logs]
    expect("flow logs of the VPC", found=recorded, expected=[("ALL", "ACTIVE")])
