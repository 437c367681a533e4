from importlib import resources
from pathlib import Path

import pytest

from cdk_verdict import generate, tables
from cdk_verdict.stateful import STATEFUL, STATELESS

pytest.importorskip("cfnlint")


def test_committed_table_is_what_the_generator_makes() -> None:
    committed = resources.files("cdk_verdict").joinpath("data", tables.NAME).read_text()
    assert committed == generate.make()


def test_generator_writes_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(generate, "__file__", str(tmp_path / "generate.py"))
    monkeypatch.setattr(generate, "make", lambda: "made")
    generate.main()
    assert (tmp_path / "data" / tables.NAME).read_text() == "made"


def test_no_type_both_holds_and_does_not_hold_data() -> None:
    assert not STATEFUL & STATELESS


def test_classified_types_have_a_schema() -> None:
    without = {type_ for type_ in STATEFUL | STATELESS if not type_.startswith("Custom::") and not tables.known(type_)}
    legacy = {"AWS::QLDB::Ledger", "AWS::CDK::Metadata", "AWS::CodeStarConnections::Connection"}
    assert without <= legacy | {"AWS::Elasticsearch::Domain", "AWS::Timestream::Database", "AWS::Timestream::Table"}


@pytest.mark.parametrize(
    ("path", "surely", "perhaps"),
    [
        ("DBName", ("DBName",), ()),
        ("AvailabilityZone", (), ("AvailabilityZone",)),
        ("MultiAZ", (), ()),
        ("AllocatedStorage", (), ()),
    ],
)
def test_replacing_properties_are_told_apart(path: str, surely: tuple[str, ...], perhaps: tuple[str, ...]) -> None:
    assert tables.replacing("AWS::RDS::DBInstance", [path]) == (surely, perhaps)


def test_parts_of_create_only_properties_replace() -> None:
    assert tables.replacing("AWS::DynamoDB::Table", ["ImportSourceSpecification.S3BucketSource"])[0]
    assert tables.replacing("AWS::DynamoDB::Table", ["LocalSecondaryIndexes"])[1]
    assert tables.replacing("AWS::EC2::VPCEndpoint", ["DnsOptions"])[0]
