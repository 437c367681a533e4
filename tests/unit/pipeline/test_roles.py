"""No role of the pipeline can do more than its actions need."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.stages import configured_stages, retained
from tests.synthesis import Resource, Template, as_list, of_type
from tests.unit.tap_stack.workload import Workload

Statements = list[Resource]
STAGES = configured_stages()
PROTECTED = [stage for stage in STAGES if stage.termination_protection]
GUARDED = [stage for stage in STAGES if retained(stage)]

# What aws-cdk-lib gives without a resource, and what it is for.
WITHOUT_RESOURCE = {
    # The CLI looks for the bootstrap stack and its bucket before it takes on a bootstrap role.
    ("UpdatePipeline/SelfMutation", ("cloudformation:DescribeStacks", "s3:ListBucket")),
    # AssetSingletonRole, for asset builds that start others.
    ("Assets/File", ("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild")),
}


@pytest.fixture(scope="session")
def policies(pipeline_template: Template) -> Mapping[str, Statements]:
    """The statements of each role, by the role's path below the pipeline."""
    found: dict[str, Statements] = {}
    for policy in of_type(pipeline_template, "AWS::IAM::Policy").values():
        path = policy["Metadata"]["aws:cdk:path"].removeprefix("TapPipeline/Delivery/Pipeline/")
        holder = path.removesuffix("Role/DefaultPolicy/Resource").removesuffix("/")
        found.setdefault(holder, []).extend(policy["Properties"]["PolicyDocument"]["Statement"])
    return found


def actions(statements: Statements) -> Iterator[str]:
    return (action for statement in statements for action in as_list(statement["Action"]))


def granting(statements: Statements, action: str) -> Statements:
    return [statement for statement in statements if action in as_list(statement["Action"])]


def test_there_are_no_more_roles_than_jobs(policies: Mapping[str, Statements], pipeline_template: Template) -> None:
    assert set(policies) == {
        "Pipeline",
        "Pipeline/Build/Synth/CdkBuildProject",
        "UpdatePipeline/SelfMutation",
        "Assets/File",
        *(f"Pipeline/{stage.construct_id}/Check/Check" for stage in STAGES),
        *(f"Pipeline/{stage.construct_id}/Protect/Protect" for stage in PROTECTED),
        *(f"Pipeline/{stage.construct_id}/{stage.stack_name}.Guard/Guard" for stage in GUARDED),
    }
    publisher = 1  # tests/unit/pipeline/test_notifications.py
    assert len(of_type(pipeline_template, "AWS::IAM::Role")) == len(policies) + publisher


def test_no_role_has_a_policy_that_somebody_else_writes(pipeline_template: Template) -> None:
    for role in of_type(pipeline_template, "AWS::IAM::Role").values():
        assert set(role["Properties"]) == {"AssumeRolePolicyDocument"}


def test_services_take_the_roles_on_for_this_account_alone(pipeline_template: Template) -> None:
    for role in of_type(pipeline_template, "AWS::IAM::Role").values():
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_each_role_serves_one_service(pipeline_template: Template) -> None:
    trusted = []
    for role in of_type(pipeline_template, "AWS::IAM::Role").values():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        trusted.append(statement["Principal"])
    services = [{"Service": f"{name}.amazonaws.com"} for name in ("codebuild", "codepipeline", "events")]
    builds = 3 + len(STAGES) + len(PROTECTED) + len(GUARDED)
    assert [*map(trusted.count, services), len(trusted)] == [builds, 1, 1, builds + 2]


def test_nobody_may_do_everything_with_a_service(policies: Mapping[str, Statements]) -> None:
    for statements in policies.values():
        assert [action for action in actions(statements) if action.partition(":")[2] in {"", "*"}] == []


def test_every_grant_names_its_resource_but_the_explained_ones(policies: Mapping[str, Statements]) -> None:
    everywhere = {
        (holder, tuple(as_list(statement["Action"])))
        for holder, statements in policies.items()
        for statement in statements
        if "*" in as_list(statement["Resource"])
    }
    assert everywhere == WITHOUT_RESOURCE


def roles_to_assume(policies: Mapping[str, Statements], holder: str) -> Any:
    return [statement["Resource"] for statement in granting(policies[holder], "sts:AssumeRole")]


def role_named(stage: Workload, purpose: str) -> list[Resource]:
    """The ARN of the role of ``stage`` whose fixed name ends in ``purpose``, as the pipeline writes it."""
    (name,) = (
        role["RoleName"]
        for role in stage.of_type("AWS::IAM::Role").values()
        if role.get("RoleName", "").endswith(f"-{purpose}")
    )
    return [{"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{stage.settings.account}:role/{name}"]]}]


def test_checks_take_on_the_check_role_of_their_stage_and_no_other(
    policies: Mapping[str, Statements], stage: Workload
) -> None:
    assumed = roles_to_assume(policies, f"Pipeline/{stage.settings.construct_id}/Check/Check")
    assert assumed == role_named(stage, "check")


def test_the_protection_takes_on_the_protection_role_of_its_stage_and_no_other(
    policies: Mapping[str, Statements], protected_stage: Workload
) -> None:
    assumed = roles_to_assume(policies, f"Pipeline/{protected_stage.settings.construct_id}/Protect/Protect")
    assert assumed == role_named(protected_stage, "protection")


def test_the_guard_takes_on_the_lookup_role_of_its_stage_and_no_other(
    policies: Mapping[str, Statements], retained_stage: Workload
) -> None:
    stage = retained_stage.settings
    (role,) = roles_to_assume(policies, f"Pipeline/{stage.construct_id}/{stage.stack_name}.Guard/Guard")
    name = f"cdk-hnb659fds-lookup-role-{stage.account}-{stage.region}"
    assert role == {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{stage.account}:role/{name}"}


def trusted_by(template: Template) -> str:
    roles = of_type(template, "AWS::IAM::Role").values()
    return json.dumps([role["Properties"]["AssumeRolePolicyDocument"] for role in roles])


def test_the_check_role_trusts_roles_by_the_name_of_the_pipelines_stack(
    pipeline_template: Template, workloads: list[Workload]
) -> None:
    # CloudFormation names a role after its stack unless the template does.
    assert all("RoleName" not in role["Properties"] for role in of_type(pipeline_template, "AWS::IAM::Role").values())
    for workload in workloads:
        assert "role/TapPipeline-*" in trusted_by(workload.template)


def test_assets_are_published_through_the_bootstrap_roles_of_the_stages(policies: Mapping[str, Statements]) -> None:
    (resources,) = roles_to_assume(policies, "Assets/File")
    assert json.dumps(resources).count("file-publishing-role") == len(resources) == len(STAGES)


def test_stages_are_deployed_through_their_bootstrap_roles(policies: Mapping[str, Statements]) -> None:
    (resources,) = roles_to_assume(policies, "Pipeline")
    assert json.dumps(resources).count("cdk-hnb659fds-deploy-role") == len(resources) == len(STAGES)


def test_self_mutation_takes_on_bootstrap_roles_alone(policies: Mapping[str, Statements]) -> None:
    (statement,) = granting(policies["UpdatePipeline/SelfMutation"], "sts:AssumeRole")
    assert statement["Resource"] == "arn:*:iam::111111111111:role/*"
    roles = statement["Condition"]["ForAnyValue:StringEquals"]["iam:ResourceTag/aws-cdk:bootstrap-role"]
    assert set(roles) == {"image-publishing", "file-publishing", "deploy"}


def test_synth_takes_on_no_role(policies: Mapping[str, Statements]) -> None:
    assert roles_to_assume(policies, "Pipeline/Build/Synth/CdkBuildProject") == []


def test_a_connection_is_used_under_the_name_it_has(policies: Mapping[str, Statements]) -> None:
    (statement,) = granting(policies["Pipeline"], "codeconnections:UseConnection")
    assert statement["Resource"].startswith("arn:aws:codeconnections:us-east-1:111111111111:connection/")
