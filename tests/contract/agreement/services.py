"""What policies in the templates refuse to a service that acts on a resource, or under the role that it names."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cdk_assembly import account_of
from tests.contract.agreement.acting import UNDER_ROLE
from tests.contract.agreement.policies import Request, Statement, allows
from tests.contract.agreement.stacks import Stack

Properties = Mapping[str, Any]


def acting_on(stack: Stack, kind: str, properties: Properties) -> Iterator[str]:
    """Yield a line for each call that the service makes and a policy refuses."""
    if kind in UNDER_ROLE:
        yield from _log_group(stack, kind, properties)
    if kind == "AWS::S3::Bucket" and "LoggingConfiguration" in properties:
        yield from _access_logs(stack, properties["LoggingConfiguration"])
    if kind == "AWS::WAFv2::LoggingConfiguration":
        yield from _web_acl_logs(stack, properties)
    if kind == "AWS::Lambda::Function" and "DeadLetterConfig" in properties:
        yield from _dead_letters(stack, properties)
    if kind == "AWS::CloudFront::Distribution":
        yield from _origin(stack)
    if kind == "AWS::CodePipeline::Pipeline":
        yield from _artifacts(stack, properties)
        yield from _approvals(stack, properties)


def _log_group(stack: Stack, kind: str, properties: Properties) -> Iterator[str]:
    actions, source = UNDER_ROLE[kind]
    role = properties.get("DeliverLogsPermissionArn") or properties.get("MonitoringRoleArn")
    group = properties.get("LogGroupName", "RDSOSMetrics")
    arn = f"arn:aws:logs:{stack.region}:{stack.account}:log-group:{group}:*"
    yield from _under(stack, role, actions, arn, source) if role else ()


def _access_logs(stack: Stack, logging: Mapping[str, str]) -> Iterator[str]:
    """'Permissions for log delivery', S3 User Guide."""
    bucket = logging["DestinationBucketName"]
    (source,) = [
        stack.arns(id_)[0]
        for id_, each in stack.of_type("AWS::S3::Bucket").items()
        if each.get("LoggingConfiguration") == logging
    ]
    request = Request(
        action="s3:PutObject",
        resource=f"arn:aws:s3:::{bucket}/{logging['LogFilePrefix']}2026",
        context={"aws:sourceaccount": stack.account, "aws:sourcearn": source, "aws:securetransport": "true"},
        principal="logging.s3.amazonaws.com",
    )
    if not allows(_of_bucket(stack, bucket), request):
        yield f"the policy of {bucket} does not let S3 deliver access logs"


def _web_acl_logs(stack: Stack, properties: Properties) -> Iterator[str]:
    """'Permissions to publish logs to CloudWatch Logs', WAF Developer Guide."""
    policies = stack.of_type("AWS::Logs::ResourcePolicy").values()
    statements = [each for policy in policies for each in json.loads(policy["PolicyDocument"])["Statement"]]
    source = f"arn:aws:logs:{stack.region}:{stack.account}:*"
    for group in properties["LogDestinationConfigs"]:
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            request = Request(
                action=action,
                resource=f"{group}:*",
                principal="delivery.logs.amazonaws.com",
                context={"aws:sourceaccount": stack.account, "aws:sourcearn": source},
            )
            # WAF takes the group's ARN without the ":*" that CloudFormation ends it with.
            if group.endswith(":*") or not allows(statements, request):
                yield f"the resource policy does not let WAF {action} on {group}"


def _dead_letters(stack: Stack, properties: Properties) -> Iterator[str]:
    """'Capturing records of Lambda asynchronous invocations', Lambda Developer Guide; 'Key management', SQS guide."""
    queue = properties["DeadLetterConfig"]["TargetArn"]
    yield from _under(stack, properties["Role"], ("sqs:SendMessage",), queue, "dead-letter queue")
    yield from _use(stack, properties["Role"], "sqs")


def _origin(stack: Stack) -> Iterator[str]:
    """'Restrict access to an Amazon S3 origin', CloudFront Developer Guide, with SSE-KMS."""
    for id_ in stack.of_type("AWS::CloudFront::Distribution"):
        source = f"arn:aws:cloudfront::{stack.account}:distribution/{stack.resolve({'Ref': id_})}"
        context = {"aws:sourcearn": source, "aws:securetransport": "true"}
        reading: dict[str, Any] = {"principal": "cloudfront.amazonaws.com", "context": context}
        buckets = [own for own, each in stack.of_type("AWS::S3::Bucket").items() if "LoggingConfiguration" in each]
        for bucket in buckets:
            arn = stack.arns(bucket)[0]
            request = Request(action="s3:GetObject", resource=f"{arn}/public/index.html", **reading)
            if not allows(_of_bucket(stack, arn.rpartition(":")[2]), request):
                yield f"the policy of {bucket} does not let CloudFront read"
        for key, properties in stack.of_type("AWS::KMS::Key").items():
            request = Request(action="kms:Decrypt", resource=stack.arns(key)[0], **reading)
            if not allows(properties["KeyPolicy"]["Statement"], request):
                yield f"the policy of {key} does not let CloudFront decrypt"


def _artifacts(stack: Stack, properties: Properties) -> Iterator[str]:
    """'Create a pipeline that uses resources from another account', CodePipeline User Guide."""
    stores = properties.get("ArtifactStores") or [{"ArtifactStore": properties["ArtifactStore"]}]
    own = [each["ArtifactStore"]["Location"] for each in stores if each.get("Region", stack.region) == stack.region]
    roles = {
        action["RoleArn"]
        for stage in properties["Stages"]
        for action in stage["Actions"]
        if ":role/cdk-" in action.get("RoleArn", "") and action.get("Region", stack.region) == stack.region
    }
    for role in sorted(roles):
        same = account_of(role) == stack.account
        context = {"aws:securetransport": "true"}
        for bucket in own:
            request = Request(
                action="s3:GetObject", resource=f"arn:aws:s3:::{bucket}/a", principal=role, context=context
            )
            if not allows(_of_bucket(stack, bucket), request):
                yield f"the policy of {bucket} does not let {role} read artifacts"
        for id_, key in stack.of_type("AWS::KMS::Key").items() if not same else ():
            request = Request(action="kms:Decrypt", resource=stack.arns(id_)[0], principal=role)
            if not allows(key["KeyPolicy"]["Statement"], request):
                yield f"the policy of {id_} does not let {role} decrypt artifacts"
    for bucket in own:
        actions = ("s3:GetObject", "s3:PutObject")
        yield from _under(stack, properties["RoleArn"], actions, f"arn:aws:s3:::{bucket}/a", "artifacts")
    yield from _use(stack, properties["RoleArn"], "s3")


def _approvals(stack: Stack, properties: Properties) -> Iterator[str]:
    """'Grant Amazon SNS permissions to a CodePipeline service role', CodePipeline User Guide."""
    for stage in properties["Stages"]:
        for action in stage["Actions"]:
            topic = action.get("Configuration", {}).get("NotificationArn")
            if topic:
                yield from _under(stack, properties["RoleArn"], ("sns:Publish",), topic, "approval")
                yield from _use(stack, properties["RoleArn"], "sns")


def _use(stack: Stack, role: str, service: str) -> Iterator[str]:
    """Yield a line where a role may not use the stack's key through a service."""
    via = {"kms:viaservice": f"{service}.{stack.region}.amazonaws.com"}
    for key in stack.of_type("AWS::KMS::Key"):
        actions = ("kms:Decrypt", "kms:GenerateDataKey")
        yield from _under(stack, role, actions, stack.arns(key)[0], f"through {service}", via)


def _under(
    stack: Stack,
    role: str,
    actions: tuple[str, ...],
    resource: str,
    what: str,
    context: Mapping[str, str] | None = None,
) -> Iterator[str]:
    for action in actions:
        if not allows(_of_role(stack, role), Request(action=action, resource=resource, context=context or {})):
            yield f"{role} may not {action} on {resource} ({what})"


def _of_role(stack: Stack, role: str) -> list[Statement]:
    """Return the statements of every policy of the role with this ARN or name."""
    called = role.rpartition("/")[2]
    holders = [*stack.of_type("AWS::IAM::ManagedPolicy").values(), *stack.of_type("AWS::IAM::Policy").values()]
    own = [each["PolicyDocument"]["Statement"] for each in holders if called in each.get("Roles", [])]
    return [statement for statements in own for statement in statements]


def _of_bucket(stack: Stack, bucket: str) -> list[Statement]:
    """Return the statements of the policy of the bucket with this name."""
    own = [each for each in stack.of_type("AWS::S3::BucketPolicy").values() if each["Bucket"] == bucket]
    return [statement for policy in own for statement in policy["PolicyDocument"]["Statement"]]
