import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_cdk.assertions import Template

from stages.stage import TapStage
from tests.stages import configured_stages
from tests.synthesis import new_app
from tests.unit.tap_stack.workload import Workload


def subnets(stage: Workload, tier: str) -> dict[str, Any]:
    wanted = {"Key": "aws-cdk:subnet-name", "Value": tier}
    return {id_: subnet for id_, subnet in stage.of_type("AWS::EC2::Subnet").items() if wanted in subnet["Tags"]}


def default_routes(stage: Workload, tier: str) -> list[Any]:
    tables = {
        association["RouteTableId"]["Ref"]
        for association in stage.of_type("AWS::EC2::SubnetRouteTableAssociation").values()
        if association["SubnetId"]["Ref"] in subnets(stage, tier)
    }
    routes = stage.of_type("AWS::EC2::Route").values()
    return [route for route in routes if route["RouteTableId"]["Ref"] in tables]


def test_three_tiers_stand_in_two_zones(stage: Workload) -> None:
    for tier in ("Public", "Private", "Isolated"):
        zones = [subnet["AvailabilityZone"]["Fn::Select"] for subnet in subnets(stage, tier).values()]
        assert sorted(zones, key=str) == [[0, {"Fn::GetAZs": ""}], [1, {"Fn::GetAZs": ""}]]
    assert len(stage.raw("AWS::EC2::Subnet")) == 6


def test_zones_named_by_id_hold_whatever_default_subnets_an_account_has(tmp_path: Path) -> None:
    first, *_ = configured_stages()
    settings = replace(first, zone_ids=("use1-az4", "use1-az6"))
    stage = TapStage(new_app(tmp_path), settings.construct_id, settings=settings)
    template = json.dumps(Template.from_stack(stage.stack).find_resources("AWS::EC2::Subnet"))
    placed = [subnet["Properties"] for subnet in json.loads(template).values()]
    assert sorted(each["AvailabilityZoneId"] for each in placed) == ["use1-az4"] * 3 + ["use1-az6"] * 3
    assert not [each for each in placed if "AvailabilityZone" in each]


def test_public_leaves_by_the_internet_gateway_and_private_by_nat(stage: Workload) -> None:
    assert all("GatewayId" in route for route in default_routes(stage, "Public"))
    assert all("NatGatewayId" in route for route in default_routes(stage, "Private"))
    assert (len(default_routes(stage, "Public")), len(default_routes(stage, "Private"))) == (2, 2)


def test_the_isolated_tier_has_no_way_out(stage: Workload) -> None:
    assert default_routes(stage, "Isolated") == []


def test_nat_gateways_are_in_public_subnets_of_different_zones(stage: Workload) -> None:
    homes = [gateway["SubnetId"]["Ref"] for gateway in stage.of_type("AWS::EC2::NatGateway").values()]
    assert len(set(homes)) == len(homes) == stage.settings.nat_gateways
    assert set(homes) <= set(subnets(stage, "Public"))


def test_no_subnet_hands_out_public_addresses(stage: Workload) -> None:
    given = [subnet["MapPublicIpOnLaunch"] for subnet in stage.of_type("AWS::EC2::Subnet").values()]
    assert given == [False] * 6


def test_every_connection_is_recorded_in_a_log_group_of_the_stack(stage: Workload) -> None:
    flow_log = stage.the("AWS::EC2::FlowLog")
    assert flow_log["TrafficType"] == "ALL"
    assert flow_log["ResourceId"] == {"Ref": next(iter(stage.raw("AWS::EC2::VPC")))}
    assert flow_log["LogGroupName"]["Ref"] in stage.raw("AWS::Logs::LogGroup")


def test_flow_logs_take_their_role_for_this_account_only(stage: Workload) -> None:
    trust = stage.the("AWS::IAM::Role", "Network/FlowLogRole")["AssumeRolePolicyDocument"]["Statement"]
    assert [s["Condition"] for s in trust] == [{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}]


def test_the_default_security_group_is_emptied(stage: Workload) -> None:
    emptied = stage.the("Custom::VpcRestrictDefaultSG")["DefaultSecurityGroupId"]
    assert emptied == {"Fn::GetAtt": [next(iter(stage.raw("AWS::EC2::VPC"))), "DefaultSecurityGroup"]}


def test_s3_is_reached_without_leaving_the_network(stage: Workload) -> None:
    endpoint = stage.the("AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert len(endpoint["RouteTableIds"]) == 4


def test_a_synth_looks_nothing_up(assembly: Path) -> None:
    # The CLI asks AWS for whatever a manifest misses, and commits the answer to cdk.context.json.
    for manifest in assembly.rglob("manifest.json"):
        assert "missing" not in json.loads(manifest.read_text())
