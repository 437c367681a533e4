"""Counts what an account still holds after its stage was deleted, over every service that the stage used."""

from collections.abc import Callable, Mapping
from typing import Any

# What `cdk bootstrap` made, and what every account has from the start.
BOOTSTRAP = "cdk-"
EDGE_REGION = "us-east-1"


def leftovers(client: Callable[[str], Any]) -> Mapping[str, list[str]]:
    """Return the names of what is left, by kind; kinds of which nothing is left are not in it.

    A KMS key counts unless its deletion is scheduled: AWS has no faster way.
    """
    ec2, rds, iam = client("ec2"), client("rds"), client("iam")
    found: dict[str, list[str]] = {
        "buckets": [each["Name"] for each in client("s3").list_buckets()["Buckets"]],
        "databases": [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]],
        "snapshots": [each["DBSnapshotIdentifier"] for each in rds.describe_db_snapshots()["DBSnapshots"]],
        "subnet groups": [each["DBSubnetGroupName"] for each in rds.describe_db_subnet_groups()["DBSubnetGroups"]],
        "secrets": [each["Name"] for each in client("secretsmanager").list_secrets()["SecretList"]],
        "keys": _keys(client("kms")),
        "log groups": [each["logGroupName"] for each in client("logs").describe_log_groups()["logGroups"]],
        "functions": [each["FunctionName"] for each in client("lambda").list_functions()["Functions"]],
        "vpcs": [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]],
        "addresses": [each["PublicIp"] for each in ec2.describe_addresses()["Addresses"]],
        "nat gateways": [
            each["NatGatewayId"] for each in ec2.describe_nat_gateways()["NatGateways"] if each["State"] != "deleted"
        ],
        "flow logs": [each["FlowLogId"] for each in ec2.describe_flow_logs()["FlowLogs"]],
        "launch templates": [each["LaunchTemplateName"] for each in ec2.describe_launch_templates()["LaunchTemplates"]],
        "roles": [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "policies": [each["PolicyName"] for each in iam.list_policies(Scope="Local")["Policies"]],
        "queues": client("sqs").list_queues().get("QueueUrls", []),
        "groups": [each["GroupName"] for each in iam.list_groups()["Groups"]],
        "distributions": [
            each["Id"] for each in client("cloudfront").list_distributions()["DistributionList"].get("Items", [])
        ],
        "web ACLs": _web_acls(client("wafv2")),
        "stacks": [
            each["StackName"]
            for each in client("cloudformation").describe_stacks()["Stacks"]
            if each["StackName"] != "CDKToolkit"
        ],
    }
    kept = {kind: [name for name in names if not name.startswith(BOOTSTRAP)] for kind, names in found.items()}
    return {kind: names for kind, names in kept.items() if names}


def _keys(kms: Any) -> list[str]:
    described = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    return [each["KeyId"] for each in described if each["KeyState"] != "PendingDeletion"]


def _web_acls(waf: Any) -> list[str]:
    """Those of CloudFront, which can be seen from one region alone."""
    if waf.meta.region_name != EDGE_REGION:
        return []
    return [each["Name"] for each in waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]]
