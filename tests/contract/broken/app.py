"""An app in which every rule of the gate is broken: one stack a rule, by the rule's id."""

from collections.abc import Callable, Mapping

from aws_cdk import App, CfnDeletionPolicy, RemovalPolicy, Stack, Stage
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from compliance.acknowledgements import acknowledge
from compliance.cache import WITHOUT_CACHE
from compliance.gate import STRICT, FindingsError, add_gate, synthesise
from compliance.removal import declare_removal
from compliance.validation import CachedValidation

REASON = "The access logs of a bucket of access logs would be logged to itself, and that would never come to an end."


def bucket(stack: Stack) -> s3.CfnBucket:
    """A bucket without access logs and without a key."""
    return s3.CfnBucket(stack, "Bucket")


def assumed(service: str) -> dict[str, object]:
    """The trust of a role that a service takes on for anybody."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def stays_in_dev(stack: Stack) -> None:
    declare_removal(stack, RemovalPolicy.DESTROY)
    bucket(stack).cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN


def unprotected(stack: Stack) -> None:
    declare_removal(stack, RemovalPolicy.RETAIN)
    rds.CfnDBInstance(stack, "Database", deletion_protection=False)


def open_queue(stack: Stack) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.CfnQueuePolicy(stack, "Policy", queues=["https://queue"], policy_document=document)


def strangers_deputy(stack: Stack) -> None:
    iam.CfnRole(stack, "Role", assume_role_policy_document=assumed("lambda.amazonaws.com"))


def strangers_key(stack: Stack) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
    kms.CfnKey(stack, "Key", key_policy={"Version": "2012-10-17", "Statement": [statement]})


def administrator(stack: Stack) -> None:
    iam.CfnRole(
        stack,
        "Role",
        assume_role_policy_document=assumed("ec2.amazonaws.com"),
        managed_policy_arns=[f"arn:{stack.partition}:iam::aws:policy/AdministratorAccess"],
    )


def unexplained(stack: Stack) -> None:
    ec2.CfnSecurityGroupIngress(stack, "Rule", ip_protocol="tcp", from_port=443, to_port=443, cidr_ip="10.0.0.0/16")


def from_anywhere(stack: Stack) -> None:
    ec2.CfnVPC(stack, "Network", cidr_block="10.0.0.0/16")
    ec2.CfnSecurityGroupIngress(stack, "Rule", ip_protocol="tcp", description="all", cidr_ip="10.0.0.0/8")


def stale(stack: Stack) -> None:
    acknowledge(logs.CfnLogGroup(stack, "Group"), finding="AwsSolutions-S1", reason=REASON)


def wide(stack: Stack) -> None:
    bucket(stack)
    acknowledge(stack.node.scope or stack, finding="AwsSolutions-S1", reason=REASON)


def excuse(stack: Stack) -> None:
    acknowledge(bucket(stack), finding="AwsSolutions-S1", reason="This is a false positive that nobody has to look at.")


def no_dead_letters(stack: Stack) -> None:
    code = lambda_.CfnFunction.CodeProperty(zip_file="")
    lambda_.CfnFunction(stack, "Function", code=code, role="arn:aws:iam::111111111111:role/any")


def no_oauth(stack: Stack) -> None:
    codebuild.CfnProject(
        stack,
        "Project",
        artifacts=codebuild.CfnProject.ArtifactsProperty(type="NO_ARTIFACTS"),
        environment=codebuild.CfnProject.EnvironmentProperty(
            compute_type="BUILD_GENERAL1_SMALL", image="aws/codebuild/standard:7.0", type="LINUX_CONTAINER"
        ),
        service_role="arn:aws:iam::111111111111:role/any",
        source=codebuild.CfnProject.SourceProperty(type="GITHUB"),
    )


def deprecated(stack: Stack) -> None:
    rds.CfnDBInstance(stack, "Database", engine="postgres", engine_version="15.8", db_instance_class="db.t3.micro")


def refused_by_cloudformation(stack: Stack) -> None:
    logs.CfnLogGroup(stack, "Group").add_property_override("NoSuchProperty", 1)


BREAKS: Mapping[str, Callable[[Stack], object]] = {
    "AwsSolutions-S1": bucket,
    "F3002": refused_by_cloudformation,
    "Delivery-AwsManagedPolicy": administrator,
    "Delivery-ConfusedDeputy": strangers_deputy,
    "Delivery-ConfusedDeputy-Key": strangers_key,
    "Delivery-Encryption": bucket,
    "Delivery-Everybody": open_queue,
    "Delivery-Ingress": from_anywhere,
    "Delivery-LogRetention": lambda stack: logs.CfnLogGroup(stack, "Group"),
    "Delivery-Protection": unprotected,
    "Delivery-Reason": excuse,
    "Delivery-Removal": stays_in_dev,
    "Delivery-Removal-Undeclared": bucket,
    "Delivery-RuleDescription": unexplained,
    "Delivery-StaleAcknowledgement": stale,
    "Delivery-WideAcknowledgement": wide,
    "NIST.800.53.R5-LambdaDLQ": no_dead_letters,
    "PCI.DSS.321-CodeBuildProjectSourceRepoUrl": no_oauth,
}
"""How each rule is broken, by its id; a second way to break one has a word after the id."""

LINT_BREAKS: Mapping[str, Callable[[Stack], object]] = {"cfn-lint-W3691": deprecated}
"""The same for cfn-lint, which looks at templates after the synth, in ``python -m compliance`` of ``make synth``."""


def build(app: App) -> None:
    """Put one stage with one stack into ``app`` for each rule."""
    for rule, breaks in BREAKS.items():
        breaks(Stack(Stage(app, rule.replace(".", "-")), "Stack"))
    # As the real app, under the command of cdk.json: nothing is validated unless this is registered.
    add_gate(app, validation=CachedValidation(cache=WITHOUT_CACHE))


if __name__ == "__main__":
    everything_broken = App(post_cli_context=STRICT, analytics_reporting=False, stack_traces=False)
    build(everything_broken)
    try:
        synthesise(everything_broken)
    except FindingsError as error:
        raise SystemExit(str(error)) from None
