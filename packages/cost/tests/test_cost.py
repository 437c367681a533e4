import json
from decimal import Decimal
from pathlib import Path

import pytest

from cdk_cost.__main__ import main, report
from cdk_cost.charges import BY_USE, CHARGED, charges
from cdk_cost.errors import CostError
from cdk_cost.prices import TABLE, read_prices
from tests.conftest import Write

KEY = {"Type": "AWS::KMS::Key", "Metadata": {"aws:cdk:path": "Stage/Stack/Encryption/Key/Resource"}, "Properties": {}}


def test_a_line_names_the_resource_the_thing_and_its_price(write_assembly: Write) -> None:
    said = report(write_assembly({"Key1": KEY}))
    head, line, total, source = said.splitlines()
    assert head == "the-stack (us-east-1)"
    assert line.split() == ["Encryption/Key", "1", "x", "customer", "managed", "key", "1.00"]
    assert total.split() == ["fixed,", "USD", "per", "month", "1.00"]
    assert source == "  prices: AWS's pricing pages, on demand, without free tiers, us-east-1, 2026-06"


def test_a_stack_that_is_paid_by_use_alone_has_no_line(write_assembly: Write) -> None:
    said = report(write_assembly({"Topic": {"Type": "AWS::SNS::Topic"}, "Hand": {"Type": "Custom::Hand"}}))
    assert [line.split()[-1] for line in said.splitlines()[1:2]] == ["0.00"]


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}, {}),
        (
            "AWS::EC2::VPCEndpoint",
            {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]},
            {"interface endpoint, each subnet": 2},
        ),
        (
            "AWS::RDS::DBInstance",
            {"DBInstanceClass": "db.t3.micro", "AllocatedStorage": "20", "StorageType": "gp3", "MultiAZ": False},
            {"database instance, db.t3.micro": 1, "database storage, GB of gp3": 20},
        ),
        (
            "AWS::RDS::DBInstance",
            {
                "DBInstanceClass": "db.t3.micro",
                "AllocatedStorage": "20",
                "StorageType": "gp3",
                "MultiAZ": True,
                "ManageMasterUserPassword": True,
            },
            {"database instance, db.t3.micro, Multi-AZ": 1, "database storage, GB of gp3, Multi-AZ": 20, "secret": 1},
        ),
        ("AWS::WAFv2::WebACL", {"Rules": [{}, {}, {}]}, {"web ACL": 1, "web ACL rule": 3}),
    ],
)
def test_what_a_resource_is_charged_for(kind: str, properties: dict[str, object], expected: dict[str, int]) -> None:
    assert {charge.thing: charge.quantity for charge in charges(kind, properties)} == expected


def test_a_type_that_nobody_has_thought_of_is_an_error_rather_than_free() -> None:
    with pytest.raises(CostError, match="the cost of AWS::MSK::Cluster is unknown; add the type to CHARGED or BY_USE"):
        charges("AWS::MSK::Cluster", {})
    assert not BY_USE & CHARGED.keys()


def test_a_thing_without_a_price_is_an_error() -> None:
    with pytest.raises(CostError, match=r"no price for 'database instance, db.x9' in us-east-1; add it to prices.json"):
        read_prices("us-east-1").of("database instance, db.x9")


def test_prices_by_the_hour_count_730_of_them() -> None:
    assert read_prices("us-east-1").of("NAT gateway") == Decimal("32.85")


def test_every_price_says_where_it_was_read() -> None:
    table = json.loads(TABLE.read_text())
    assert table["read"]
    for region in table["regions"].values():
        assert all(price["page"].startswith(("AWS ", "Amazon ")) for price in region.values())


def test_a_region_without_prices_is_one_line(write_assembly: Write) -> None:
    assembly = write_assembly({"Key1": KEY}, region="eu-west-1")
    with pytest.raises(SystemExit, match=r"^cost: no prices for region eu-west-1; prices.json has us-east-1$"):
        main([str(assembly)])


def test_without_an_assembly_the_way_to_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        SystemExit, match=r"^cost: cdk.out/manifest.json: No such file or directory; run `cdk synth` first$"
    ):
        main([])


def test_the_report_is_printed(write_assembly: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(write_assembly({"Key1": KEY}))])
    assert ended.value.code == 0
    assert "the-stack" in capsys.readouterr().out


def test_installed_command_prints_help_without_arguments_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The entry point of an installed command calls main() and leaves the arguments to sys.argv.
    monkeypatch.setattr("sys.argv", ["cdk-cost", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: cdk-cost [OPTIONS] [FOLDER]")


def test_too_many_arguments_print_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["one", "two"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("Usage: ")
