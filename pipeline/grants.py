"""Which construct of the pipeline has which of the findings that come with CDK Pipelines."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import CfnResource, pipelines
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from pipeline import replica
from pipeline.library import accept_embedded_policy, accept_source
from pipeline.wildcards import (
    accept_artifact_access,
    accept_asset_publishing,
    accept_build_records,
    accept_replication,
    accept_self_mutation,
)
from tap_stack.trust import hold_to_this_account


def accept(blueprint: pipelines.CodePipeline, *, artifacts: s3.IBucket, checks: Sequence[codebuild.IProject]) -> None:
    """Accept the grants of every role of ``blueprint``, once it is built, and hold the roles to this account.

    ``checks`` are its projects after stages.
    """
    pipeline, synth, mutation = blueprint.pipeline, blueprint.synth_project, blueprint.self_mutation_project
    for writer in (pipeline.role, synth):
        accept_artifact_access(writer, bucket=artifacts, writes=True)
    for reader in (mutation, *checks):
        accept_artifact_access(reader, bucket=artifacts)
    for project in (synth, mutation, *checks):
        accept_build_records(project)
    accept_self_mutation(mutation)
    assets = blueprint.node.find_child("Assets").node
    publisher = assets.find_child("FileRole")
    accept_artifact_access(publisher, bucket=artifacts, encrypts=False)
    accept_asset_publishing(publisher)
    roles = [pipeline.role, *(cast(iam.IRole, project.role) for project in (synth, mutation, *checks)), publisher]
    for role in roles:
        accept_embedded_policy(role)
        hold_to_this_account(cast(CfnResource, role.node.default_child))
    for builder in (synth, mutation, *checks, assets.find_child("FileAsset")):
        accept_source(builder)
    for support in pipeline.cross_region_support.values():
        replica.harden(support.replication_bucket)
        accept_replication(pipeline.role, bucket=support.replication_bucket)
