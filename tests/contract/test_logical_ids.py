"""A changed logical id is a new resource: CloudFormation makes an empty one and lets go of the one with the data.

``logical_ids.json`` holds the ids that are deployed: in every stage, and in those that have a setting. A line changes
there only together with a plan for the data.
"""

import json
from pathlib import Path

from tests.unit.tap_stack.workload import Workload

STATEFUL = (
    "AWS::Backup::BackupVault",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)
EVERYWHERE = "every stage"
DEPLOYED = json.loads(Path(__file__).with_name("logical_ids.json").read_text())


def test_resources_with_data_keep_their_logical_ids(stage: Workload) -> None:
    expected: dict[str, str] = {}
    for setting, ids in DEPLOYED.items():
        expected |= ids if setting == EVERYWHERE or getattr(stage.settings, setting) else {}
    resources = stage.template["Resources"].items()
    assert {stage.path(r): id_ for id_, r in resources if r["Type"] in STATEFUL} == expected


def test_what_names_itself_keeps_its_name(stage: Workload) -> None:
    # A new name replaces the resource as a new logical id does.
    assert stage.the("AWS::RDS::DBInstance")["DBInstanceIdentifier"] == f"{stage.settings.name}-tap"
    assert stage.the("AWS::RDS::DBInstance")["DBName"] == "tap"
    assert all("BucketName" not in bucket for bucket in stage.of_type("AWS::S3::Bucket").values())
