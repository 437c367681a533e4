"""Wildcards in the grants that CDK Pipelines gives its roles, each accepted on the role that has it.

The library writes these grants itself and offers no way to narrow them; a grant that it adds later is a new finding.
"""

from typing import cast

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from compliance.acknowledgements import acknowledge
from compliance.names import in_nist_and_pci

READS = ("s3:GetBucket*", "s3:GetObject*", "s3:List*")
WRITES = ("s3:Abort*", "s3:DeleteObject*")
ENCRYPTS = ("kms:GenerateDataKey*", "kms:ReEncrypt*")


def accept_artifact_access(
    holder: IConstruct, *, bucket: s3.IBucket, writes: bool = False, encrypts: bool = True
) -> None:
    """Accept how the role at ``holder`` reaches the artifacts: Bucket.grantRead or, with ``writes``, grantReadWrite.

    ``encrypts`` is False for a role that its build project does not give the use of the key.
    """
    _accept(
        holder,
        [f"Resource::<{_logical_id(bucket)}.Arn>/*"],
        "Objects of the artifact bucket alone; CodePipeline invents their keys when an execution runs.",
    )
    _accept(
        holder,
        [f"Action::{action}" for action in (*READS, *(WRITES if writes else ()))],
        "Bucket.grantRead and grantReadWrite of aws-cdk-lib name the S3 actions by prefix; the resources are the "
        "artifact bucket and its objects alone.",
    )
    _accept(
        holder,
        [f"Action::{action}" for action in (ENCRYPTS if encrypts else ())],
        "Key.grantEncryptDecrypt of aws-cdk-lib names the KMS actions by prefix; the resource is the delivery's key "
        "alone.",
    )


def accept_build_records(project: IConstruct) -> None:
    """Accept that the role of ``project`` writes the project's own log streams and test reports."""
    stack = Stack.of(project)
    name, place = _logical_id(project), f"{stack.region}:{stack.account}"
    _accept(
        project,
        [
            f"Resource::arn:{stack.partition}:logs:{place}:log-group:/aws/codebuild/<{name}>:*",
            f"Resource::arn:{stack.partition}:codebuild:{place}:report-group/<{name}>-*",
        ],
        "Log streams and report groups below this project's own name; CodeBuild invents their last part in a build.",
    )


def accept_self_mutation(project: IConstruct) -> None:
    """Accept what the role of ``project`` needs to deploy the pipeline stack with the CDK CLI."""
    _accept(
        project,
        [f"Resource::arn:*:iam::{Stack.of(project).account}:role/*"],
        "Held to roles of this account that carry the tag aws-cdk:bootstrap-role by the statement's condition; the CLI "
        "finds the qualifier of the bootstrap only when it runs.",
    )
    _accept(
        project,
        ["Resource::*"],
        "cloudformation:DescribeStacks and s3:ListBucket only: the CLI looks for the bootstrap stack and its bucket "
        "before it takes on a bootstrap role (aws-cdk-lib, pipelines, selfMutateAction).",
    )


def accept_asset_publishing(role: IConstruct) -> None:
    """Accept what the one ``role`` of all asset builds is given before their projects have names."""
    stack = Stack.of(role)
    place = f"{stack.region}:{stack.account}"
    _accept(
        role,
        [
            f"Resource::arn:{stack.partition}:logs:{place}:log-group:/aws/codebuild/*",
            f"Resource::arn:{stack.partition}:codebuild:{place}:report-group/*",
        ],
        "Log streams and test reports of this account's builds: aws-cdk-lib makes the role (AssetSingletonRole) before "
        "the projects that share it.",
    )
    _accept(
        role,
        ["Resource::*"],
        "codebuild:BatchGetBuilds, StartBuild and StopBuild only, written by AssetSingletonRole of aws-cdk-lib for "
        "asset builds that start others.",
    )


def accept_replication(role: IConstruct, *, bucket: s3.IBucket) -> None:
    """Accept the copy of the artifacts in another region, ``bucket``, and how the pipeline's ``role`` reaches it."""
    acknowledge(
        bucket,
        finding=("AwsSolutions-S1", *in_nist_and_pci("S3BucketLoggingEnabled")),
        reason="CodePipeline copies artifacts here for a stage in this region; access to the originals is logged, and "
        "aws-cdk-lib makes the bucket (CrossRegionSupportStack) without a way to name a log bucket.",
    )
    acknowledge(
        bucket,
        finding=in_nist_and_pci("S3BucketReplicationEnabled"),
        reason="The bucket is itself the copy in another region: CodePipeline puts artifacts here whose originals "
        "stay in the pipeline's region.",
    )
    _accept(
        role,
        [f"Resource::{Stack.of(role).resolve(bucket.bucket_arn)}/*"],
        "Objects of the replication bucket alone; CodePipeline invents their keys when an execution runs.",
    )
    _accept(
        role,
        ["Resource::*"],
        "KMS encryption and decryption only: aws-cdk-lib knows the replication bucket's key by its alias, which IAM "
        "does not take for a resource; the key's own policy still decides.",
    )


def _accept(construct: IConstruct, parts: list[str], reason: str) -> None:
    for part in parts:
        acknowledge(construct, finding=f"AwsSolutions-IAM5[{part}]", reason=reason)


def _logical_id(construct: IConstruct) -> str:
    return Stack.of(construct).get_logical_id(cast("CfnElement", construct.node.default_child))
