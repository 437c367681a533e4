"""The policies under which CloudFormation works allow what the templates hold, and little more.

What a resource type needs stands in its schema in the CloudFormation registry (``handlers``), of which cfn-lint carries
a copy.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from tests.synthesis import ROOT, Template, as_list
from tests.unit.tap_stack.workload import Workload

SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
LIMIT = 6144
"""Characters of a managed policy, white space aside (IAM user guide, "IAM and AWS STS quotas")."""

FILES = {"tools": ("tools",), "stage": ("stage-access", "stage-data", "stage-network")}
"""The files under which CloudFormation works, by kind of account."""

# CloudFormation has no handlers in the registry for this type: it is one of those that it handles itself.
WITHOUT_SCHEMA = {
    "AWS::CodeBuild::Project": {
        f"codebuild:{action}" for action in ("BatchGetProjects", "CreateProject", "DeleteProject", "UpdateProject")
    }
}

# Permissions that handlers name for properties which no template here has. Whoever adds such a property sees the
# deployment fail at the missing permission, and widens the policy knowingly.
FOR_OTHER_PROPERTIES = {
    "CloudFront distributions for tenants, staging and VPC origins": [
        "cloudfront:*ConnectionGroup",
        "cloudfront:GetVpcOrigin",
        "cloudfront:UpdateDistributionWithStagingConfig",
    ],
    "addresses handed over by another account": ["ec2:AcceptAddressTransfer"],
    "subnets with IPv6, VPCs with encryption control": [
        "ec2:*SubnetCidrBlock",
        "ec2:CreateVpcEncryptionControl",
    ],
    "VPN gateways": ["ec2:*VpnGateway"],
    "endpoints of VPC Lattice and of other regions": ["vpc-lattice:*", "vpce:*"],
    "tags of auto scaling groups": ["autoscaling:DescribeTags"],
    "policies embedded in groups, and policies of users": [
        "iam:*UserPolicy",
        "iam:PutGroupPolicy",
    ],
    "monitoring roles that are the account's own": ["iam:ListRoles"],
    "functions with layers, file systems, code signing or capacity providers": [
        "elasticfilesystem:*",
        "lambda:GetLayerVersion",
        "lambda:PassCapacityProvider",
        "s3files:*",
    ],
    "logs to Firehose and S3, log groups with data protection or indexes": [
        "firehose:*",
        "logs:*DataProtectionPolicy",
        "logs:*IndexPolicy",
        "logs:PutBearerTokenAuthentication",
    ],
    "replicas, snapshots and restored databases": [
        "rds:*DBInstanceAutomatedBackupsReplication",
        "rds:*RoleToDBInstance",
        "rds:*RoleFromDBInstance",
        "rds:CreateDBInstanceReadReplica",
        "rds:CreateDBSnapshot",
        "rds:PromoteReadReplica",
        "rds:RestoreDBInstance*",
    ],
    "S3 tables, object lock, websites, replication": [
        "s3:*BucketMetadata*",
        "s3:DeleteBucketWebsite",
        "s3:DeleteObject",
        "s3:PutObjectAcl",
        "s3tables:*",
    ],
    "vaults with locks and notifications": ["backup:*VaultLockConfiguration", "backup:*VaultNotifications"],
    "topics with data protection, subscriptions to Firehose": ["sns:PutDataProtectionPolicy"],
}
UNUSED = [pattern for patterns in FOR_OTHER_PROPERTIES.values() for pattern in patterns]

# The pipeline's stack has no groups, and no service delivers logs to its log group.
UNUSED_IN_TOOLS = ["iam:*GroupPolicy", "logs:CreateLogDelivery", "logs:*ResourcePolic*"]


@pytest.fixture
def workload_templates(workloads: list[Workload]) -> list[Template]:
    """The workload's template in each stage."""
    return [workload.template for workload in workloads]


@cache
def policy(name: str) -> list[dict[str, Any]]:
    return [statement for file in FILES[name] for statement in document(file)["Statement"]]


def document(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "bootstrap" / f"{file}.json").read_text())
    return found


def matches(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value.lower(), pattern.lower()) for pattern in patterns)


def allowed(name: str, action: str, resource: str | None = None) -> bool:
    return any(
        matches(action, as_list(statement["Action"]))
        and (resource is None or matches(resource, as_list(statement["Resource"])))
        for statement in policy(name)
    )


def needed(kind: str) -> set[str]:
    """What CloudFormation does, by the type's schema, to create, read, update, delete and tag a resource."""
    if kind in WITHOUT_SCHEMA:
        return WITHOUT_SCHEMA[kind]
    registry = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    schema = json.loads((SCHEMAS / "resources" / f"{registry[kind]}.json").read_text())
    doing = [schema["handlers"].get(verb, {}) for verb in ("create", "read", "update", "delete")]
    listed = {action for each in (*doing, schema.get("tagging", {})) for action in each.get("permissions", [])}
    return {action for action in listed if action.lower() in known_to_iam()}


@cache
def known_to_iam() -> set[str]:
    """Every action of the service authorization reference: handlers list some calls that IAM has no action for."""
    services = json.loads((SCHEMAS.parent / "AdditionalSpecs" / "Policies.json").read_text())
    return {f"{service}:{action}" for service, found in services.items() for action in found["Actions"]}


def kinds(*templates: Template) -> Iterator[str]:
    types = {resource["Type"] for template in templates for resource in template["Resources"].values()}
    return (kind for kind in sorted(types) if not kind.startswith("Custom::"))


def missing(name: str, *templates: Template, unused: list[str]) -> dict[str, list[str]]:
    found = {
        kind: [action for action in sorted(needed(kind)) if not allowed(name, action) and not matches(action, unused)]
        for kind in kinds(*templates)
    }
    return {kind: actions for kind, actions in found.items() if actions}


def test_the_tools_policy_allows_what_the_pipeline_holds(pipeline_template: Template) -> None:
    assert missing("tools", pipeline_template, unused=UNUSED + UNUSED_IN_TOOLS) == {}


def test_the_stage_policy_allows_what_the_workload_holds(workload_templates: list[Template]) -> None:
    assert missing("stage", *workload_templates, unused=UNUSED) == {}


def test_nothing_is_explained_away_that_no_handler_asks_for(
    pipeline_template: Template, workload_templates: list[Template]
) -> None:
    stage = {action for kind in kinds(*workload_templates) for action in needed(kind)}
    tools = {action for kind in kinds(pipeline_template) for action in needed(kind)}
    refused = {action for action in stage if not allowed("stage", action)}
    refused |= {action for action in tools if not allowed("tools", action)}
    patterns = UNUSED + UNUSED_IN_TOOLS
    assert [pattern for pattern in patterns if not any(matches(action, [pattern]) for action in refused)] == []


@pytest.mark.parametrize(
    ("name", "action", "resource"),
    [
        ("tools", "codebuild:CreateProject", "arn:aws:codebuild:us-east-1:111111111111:project/DeliveryPipelineDev-x1"),
        ("tools", "codepipeline:UpdatePipeline", "arn:aws:codepipeline:us-east-1:111111111111:TapPipeline-Delivery-x1"),
        ("tools", "iam:CreateRole", "arn:aws:iam::111111111111:role/TapPipeline-DeliveryPipelineRole-x1"),
        ("tools", "s3:CreateBucket", "arn:aws:s3:::tappipeline-artifactsbucket-x1"),
        ("tools", "ssm:GetParameters", "arn:aws:ssm:us-east-1:111111111111:parameter/cdk-bootstrap/hnb659fds/version"),
        ("stage", "iam:CreateRole", "arn:aws:iam::222222222222:role/dev-tap-check"),
        ("stage", "iam:AttachGroupPolicy", "arn:aws:iam::222222222222:group/dev-tap-Operators-x1"),
        ("stage", "iam:CreatePolicy", "arn:aws:iam::222222222222:policy/dev-tap-OperatorsSetup-x1"),
        (
            "stage",
            "cloudformation:DescribeStacks",
            "arn:aws:cloudformation:us-east-1:222222222222:stack/dev-tap-firewall/x1",
        ),
        ("stage", "iam:PutRolePermissionsBoundary", "arn:aws:iam::222222222222:role/dev-tap-check"),
        (
            "tools",
            "iam:PutRolePermissionsBoundary",
            "arn:aws:iam::111111111111:role/TapPipeline-DeliveryPipelineRole-x1",
        ),
        ("stage", "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:222222222222:function:dev-tap-CustomVpc-x1"),
        ("stage", "logs:CreateLogGroup", "arn:aws:logs:us-east-1:222222222222:log-group:aws-waf-logs-dev-tap:*"),
        (
            "stage",
            "logs:CreateLogGroup",
            "arn:aws:logs:us-east-1:222222222222:log-group:/aws/rds/instance/prod-tap/upgrade:*",
        ),
        ("stage", "logs:CreateLogGroup", "arn:aws:logs:us-east-1:333333333333:log-group:RDSOSMetrics:*"),
        ("stage", "logs:TagResource", "arn:aws:logs:us-east-1:333333333333:log-group:RDSOSMetrics"),
        ("stage", "logs:TagResource", "arn:aws:logs:us-east-1:333333333333:log-group:dev-tap-FunctionLog-x1"),
        ("tools", "logs:TagResource", "arn:aws:logs:us-east-1:111111111111:log-group:TapPipeline-BuildLogs-x1"),
        ("stage", "rds:CreateDBInstance", "arn:aws:rds:us-east-1:222222222222:db:dev-tap"),
        ("stage", "s3:CreateBucket", "arn:aws:s3:::dev-tap-storagedata-x1"),
        ("stage", "s3:GetObject", "arn:aws:s3:::cdk-hnb659fds-assets-222222222222-us-east-1/a.zip"),
        ("stage", "sqs:CreateQueue", "arn:aws:sqs:us-east-1:222222222222:dev-tap-DeadLettersQueue-x1"),
        ("stage", "ssm:GetParameters", "arn:aws:ssm:us-east-1:222222222222:parameter/cdk-bootstrap/hnb659fds/version"),
    ],
)
def test_resources_are_reached_by_the_names_that_cloudformation_gives(name: str, action: str, resource: str) -> None:
    assert allowed(name, action, resource)


@pytest.mark.parametrize("name", ["tools", "stage"])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", "arn:aws:iam::222222222222:role/Administrator"),
        ("iam:PutRolePolicy", "arn:aws:iam::222222222222:role/cdk-hnb659fds-cfn-exec-role-222222222222-us-east-1"),
        ("iam:CreatePolicy", "arn:aws:iam::222222222222:policy/Administrators"),
        ("iam:AttachRolePolicy", "arn:aws:iam::222222222222:role/Administrator"),
        ("iam:CreateUser", "arn:aws:iam::222222222222:user/dev-tap-me"),
        ("s3:DeleteBucket", "arn:aws:s3:::cdk-hnb659fds-assets-222222222222-us-east-1"),
        ("s3:GetObject", "arn:aws:s3:::dev-tap-storagedata-x1/secret"),
        ("s3:GetObject", "arn:aws:s3:::tappipeline-artifactsbucket-x1/source.zip"),
        ("ec2:RunInstances", "arn:aws:ec2:us-east-1:222222222222:instance/i-1"),
        ("logs:DeleteLogGroup", "arn:aws:logs:us-east-1:222222222222:log-group:RDSOSMetricsOfOthers:*"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:222222222222:function:other"),
        ("rds:DeleteDBInstance", "arn:aws:rds:us-east-1:222222222222:db:other"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:222222222222:secret:rds!db-1"),
        ("sts:AssumeRole", "arn:aws:iam::222222222222:role/dev-tap-check"),
    ],
)
def test_what_belongs_to_others_is_out_of_reach(name: str, action: str, resource: str) -> None:
    assert not allowed(name, action, resource)


@pytest.mark.parametrize("file", [file for files in FILES.values() for file in files])
def test_a_policy_fits_and_names_each_action(file: str) -> None:
    text = (ROOT / "bootstrap" / f"{file}.json").read_text()
    assert len("".join(text.split())) <= LIMIT
    for statement in document(file)["Statement"]:
        assert statement["Effect"] == "Allow"
        assert not [action for action in as_list(statement["Action"]) if "*" in action]


def test_every_policy_is_held_against_the_templates() -> None:
    assert {path.stem for path in (ROOT / "bootstrap").glob("*.json")} == {f for files in FILES.values() for f in files}


# What CloudFormation does that no handler of a type lists.
BESIDE_HANDLERS = {
    "tools": {
        "ssm:GetParameters": "parameters of a template, such as the version of the bootstrap",
        "codeconnections:PassConnection": "hands a connection to a pipeline",
        "kms:CreateGrant": "an artifact bucket's key, used by services on the role's behalf",
        "kms:Decrypt": "the same",
        "kms:Encrypt": "the same",
        "kms:GenerateDataKey": "the same",
        "kms:GenerateDataKeyWithoutPlaintext": "the same",
        "kms:CreateAlias": "CDK Pipelines names the key of artifacts in another region than the pipeline's",
        "kms:DeleteAlias": "the same",
        "kms:ListAliases": "the same",
        "kms:UpdateAlias": "the same",
    },
    "stage": {
        "ssm:GetParameters": "parameters of a template, such as the image of the instances",
        "cloudformation:DescribeStacks": "an output of the firewall's stack in another region",
        "lambda:InvokeFunction": "custom resources",
        "kms:GenerateDataKeyWithoutPlaintext": "the key of data, used by services on the role's behalf",
    },
}


@pytest.mark.parametrize("name", ["tools", "stage"])
def test_a_policy_allows_no_more_than_the_templates_need(
    name: str, pipeline_template: Template, workload_templates: list[Template]
) -> None:
    templates = [pipeline_template] if name == "tools" else workload_templates
    asked = {action for kind in kinds(*templates) for action in needed(kind)} | BESIDE_HANDLERS[name].keys()
    given = [action for statement in policy(name) for action in as_list(statement["Action"])]
    assert set(given) - asked == set()
    assert BESIDE_HANDLERS[name].keys() - set(given) == set()


# Calls that list or create what has no name yet, or that AWS authorises on everything alone (service authorization
# reference of each service).
WITHOUT_RESOURCE = {
    "tools": {"NewKeys", "KeysListed", "LogGroupsListed"},
    "stage": {"DataOnEverythingAlone", "NetworkOnEverythingAlone"},
}


@pytest.mark.parametrize("name", ["tools", "stage"])
def test_only_calls_without_a_resource_reach_everything(name: str) -> None:
    everywhere = {statement["Sid"] for statement in policy(name) if "*" in as_list(statement["Resource"])}
    assert everywhere == WITHOUT_RESOURCE[name]


@pytest.mark.parametrize(("name", "own"), [("stage", "*-tap-*"), ("tools", "TapPipeline-*")])
def test_only_policies_of_the_stacks_themselves_are_attached(name: str, own: str) -> None:
    attaching = [s for s in policy(name) if any("tachRolePolicy" in action for action in as_list(s["Action"]))]
    conditions = [statement["Condition"] for statement in attaching]
    assert conditions == [{"ArnLike": {"iam:PolicyARN": f"arn:*:iam::*:policy/{own}"}}]


@pytest.mark.parametrize("name", ["tools", "stage"])
def test_roles_are_passed_to_named_services_alone(name: str) -> None:
    for statement in policy(name):
        if "iam:PassRole" in as_list(statement["Action"]):
            assert as_list(statement["Action"]) == ["iam:PassRole"]
            strict = statement["Condition"].get("StringEquals", {}).get("iam:PassedToService")
            # No document says which service AddRoleToInstanceProfile names, or that it names one.
            assert strict or (statement["Sid"], statement["Condition"]) == (
                "RoleOfTheInstances",
                {"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}},
            )


def test_role_of_the_instances_can_be_passed_whether_or_not_a_service_is_named() -> None:
    (statement,) = (s for s in policy("stage") if s["Sid"] == "RoleOfTheInstances")
    assert matches("arn:aws:iam::222222222222:role/dev-tap-InstancesRole10D6FAC5-x1", as_list(statement["Resource"]))
    others = [s for s in policy("stage") if s["Sid"] == "RolesOfTheWorkload"]
    assert "ec2.amazonaws.com" not in json.dumps(others)
