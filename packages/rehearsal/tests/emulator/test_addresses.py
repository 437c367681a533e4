from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, attribute, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

NETWORK: dict[str, Any] = {
    "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "Subnet": resource("AWS::EC2::Subnet", {"VpcId": ref("Vpc"), "CidrBlock": "10.0.0.0/24"}),
}


def gateway(allocation: Any, tags: str = "first") -> dict[str, Any]:
    return {
        **NETWORK,
        "Address": resource("AWS::EC2::EIP", {"Domain": "vpc", "Tags": [{"Key": "k", "Value": tags}]}),
        "Gateway": resource(
            "AWS::EC2::NatGateway",
            {"SubnetId": ref("Subnet"), "AllocationId": allocation, "Tags": [{"Key": "k", "Value": tags}]},
        ),
        "Table": resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")}),
        "Way": resource(
            "AWS::EC2::Route",
            {"RouteTableId": ref("Table"), "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": ref("Gateway")},
        ),
    }


def test_a_gateway_stands_in_its_subnet_with_its_address_and_carries_the_route(account: Account) -> None:
    outputs = {"Ip": ref("Address"), "Gateway": ref("Gateway"), "Subnet": ref("Subnet"), "Table": ref("Table")}
    account.deploy("net", gateway(attribute("Address", "AllocationId")), outputs)
    made = account.outputs("net")
    ec2 = account.client("ec2")
    (found,) = ec2.describe_nat_gateways()["NatGateways"]
    assert (found["NatGatewayId"], found["SubnetId"], found["State"]) == (made["Gateway"], made["Subnet"], "available")
    (address,) = ec2.describe_addresses()["Addresses"]
    assert address["PublicIp"] == made["Ip"]
    assert found["NatGatewayAddresses"] == [{"AllocationId": address["AllocationId"], "PublicIp": address["PublicIp"]}]
    (table,) = ec2.describe_route_tables(RouteTableIds=[made["Table"]])["RouteTables"]
    assert made["Gateway"] in [route.get("NatGatewayId") for route in table["Routes"]]


def test_tags_change_in_place_and_another_subnet_replaces_the_gateway(account: Account) -> None:
    account.deploy("net", gateway(attribute("Address", "AllocationId")))
    first = account.physical_id("net", "Gateway"), account.physical_id("net", "Address")
    account.deploy("net", gateway(attribute("Address", "AllocationId"), tags="second"))
    assert (account.physical_id("net", "Gateway"), account.physical_id("net", "Address")) == first
    ec2 = account.client("ec2")
    tags = [t for g in ec2.describe_nat_gateways()["NatGateways"] for t in g["Tags"] if t["Key"] == "k"]
    assert tags == [{"Key": "k", "Value": "second"}]
    tags = [t for a in ec2.describe_addresses()["Addresses"] for t in a["Tags"] if t["Key"] == "k"]
    assert tags == [{"Key": "k", "Value": "second"}]
    private = gateway(attribute("Address", "AllocationId"))
    private["Gateway"] = resource("AWS::EC2::NatGateway", {"SubnetId": ref("Subnet"), "ConnectivityType": "private"})
    account.deploy("net", private)
    assert account.physical_id("net", "Gateway") != first[0]
    (left,) = ec2.describe_nat_gateways()["NatGateways"]
    assert left["ConnectivityType"] == "private"
    assert left["NatGatewayAddresses"] == []


def test_deletion_leaves_neither_gateway_nor_address(account: Account) -> None:
    account.deploy("net", gateway(attribute("Address", "AllocationId")))
    account.delete("net")
    ec2 = account.client("ec2")
    assert ec2.describe_nat_gateways()["NatGateways"] == []
    assert ec2.describe_addresses()["Addresses"] == []


@pytest.mark.parametrize(
    ("allocation", "subnet", "reason"),
    [
        ("eipalloc-0", ref("Subnet"), "The allocation ID 'eipalloc-0' does not exist"),
        (attribute("Address", "AllocationId"), "subnet-0", "The subnet ID 'subnet-0' does not exist"),
    ],
)
def test_a_gateway_without_its_address_or_subnet_fails_by_name(
    account: Account, allocation: Any, subnet: Any, reason: str
) -> None:
    resources = gateway(allocation)
    resources["Gateway"]["Properties"]["SubnetId"] = subnet
    assert account.deploy("net", resources)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert account.failures("net") == {"Gateway": reason}
    assert account.client("ec2").describe_addresses()["Addresses"] == []


def test_an_address_serves_one_gateway_and_is_kept_while_it_does(account: Account) -> None:
    resources = gateway(attribute("Address", "AllocationId"))
    account.deploy("net", resources)
    second = resource("AWS::EC2::NatGateway", {"SubnetId": ref("Subnet"), "AllocationId": "X"})
    (address,) = account.client("ec2").describe_addresses()["Addresses"]
    second["Properties"]["AllocationId"] = address["AllocationId"]
    account.deploy("net", {**resources, "Second": second})
    assert "already in use" in account.failures("net")["Second"]
    alone = {**NETWORK, "Gateway": resources["Gateway"]}
    alone["Gateway"]["Properties"]["AllocationId"] = address["AllocationId"]
    account.deploy("net", alone)
    assert "in use by a network interface" in account.failures("net")["Address"]


def test_what_somebody_else_deleted_is_no_obstacle_to_a_deletion_but_cannot_be_changed(account: Account) -> None:
    private = {
        **NETWORK,
        "Address": resource("AWS::EC2::EIP", {"Domain": "vpc"}),
        "Gateway": resource("AWS::EC2::NatGateway", {"SubnetId": ref("Subnet"), "ConnectivityType": "private"}),
    }
    account.deploy("net", private)
    ec2 = account.client("ec2")
    (address,) = ec2.describe_addresses()["Addresses"]
    ec2.release_address(AllocationId=address["AllocationId"])
    private["Address"]["Properties"]["Tags"] = [{"Key": "k", "Value": "v"}]
    account.deploy("net", private)
    assert account.failures("net")["Address"].endswith("does not exist")
    assert account.delete("net") == {}
