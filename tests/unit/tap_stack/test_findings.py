from compliance.names import NIST, PCI, in_nist_and_pci
from compliance.report import read_report
from tests.unit.tap_stack.workload import Workload

# Every exception to a rule, in every stage: what is accepted, on what, in how many rules of how many packs.
BUCKETS = ("Storage/Data", "Storage/Logs")
ROUTES = ("Network/Vpc/PublicSubnet1/DefaultRoute", "Network/Vpc/PublicSubnet2/DefaultRoute")
EVERYWHERE = {
    ("AwsSolutions-CFR4", "Edge/Distribution"),
    ("AwsSolutions-IAM5[Resource::*]", "Checks/Lists"),
    ("AwsSolutions-IAM5[Resource::*]", "Function/Access/NetworkInterfaces"),
    ("AwsSolutions-IAM5[Resource::*]", "Instances/SessionManager"),
    ("AwsSolutions-IAM5[Resource::*]", "Operators/Figures"),
    ("Delivery-Encryption", "Storage/Logs"),
    *((rule, "Storage/Logs") for rule in in_nist_and_pci("S3DefaultEncryptionKMS")),
    *((rule, bucket) for rule in in_nist_and_pci("S3BucketReplicationEnabled") for bucket in BUCKETS),
    *((rule, route) for rule in in_nist_and_pci("VPCNoUnrestrictedRouteToIGW") for route in ROUTES),
    (f"{PCI}-IAMGroupHasUsers", "Operators/Group"),
}
SNAPSHOTS = "arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>:snapshot:awsbackup:*"
# The exceptions that come with a setting, and those that come without it.
WITH = {
    "monthly_backup_days": {
        (f"AwsSolutions-IAM5[Resource::{SNAPSHOTS}]", "Backups/Snapshots"),
        ("AwsSolutions-IAM5[Resource::*]", "Backups/Snapshots"),
    }
}
WITHOUT = {
    "monthly_backup_days": {(f"{NIST}-RDSInBackupPlan", "Database/Instance")},
    "multi_az": {
        ("AwsSolutions-RDS3", "Database/Instance"),
        (f"{NIST}-RDSMultiAZSupport", "Database/Instance"),
    },
    "deletion_protection": {
        ("AwsSolutions-RDS10", "Database/Instance"),
        (f"{NIST}-RDSInstanceDeletionProtectionEnabled", "Database/Instance"),
    },
    "enhanced_monitoring": {(f"{NIST}-RDSEnhancedMonitoringEnabled", "Database/Instance")},
}


def acknowledged(stage: Workload) -> set[tuple[str, str]]:
    prefix = f"{stage.address}/"
    return {
        (finding.rule, finding.path.removeprefix(prefix).removesuffix("/Resource"))
        for finding in read_report(stage.assembly).acknowledged
        if finding.path.startswith(prefix)
    }


def test_exceptions_are_those_of_every_stage_and_of_its_settings(stage: Workload) -> None:
    expected = set(EVERYWHERE)
    for setting, found in WITH.items():
        expected |= found if getattr(stage.settings, setting) else set()
    for setting, found in WITHOUT.items():
        expected |= set() if getattr(stage.settings, setting) else found
    assert acknowledged(stage) == expected


def test_the_gate_had_something_to_look_at(stage: Workload) -> None:
    assert len(stage.template["Resources"]) > 60


def test_an_exception_stands_on_the_resource_that_it_is_for(stage: Workload) -> None:
    findings = [f for f in read_report(stage.assembly).acknowledged if f.path.startswith(f"{stage.address}/")]
    assert {f.path.removeprefix(f.acknowledged_at or "") for f in findings} == {"/Resource", ""}
