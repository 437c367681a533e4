"""What becomes of the data, as the stage promises."""

from typing import Any

import pytest

from tests.live.conftest import Look, Stage
from tests.live.expectation import expect

# What CloudFormation does with a resource, by the name that the CDK gives to the promise.
POLICIES = {"DESTROY": {"Delete"}, "RETAIN": {"Retain", "RetainExceptOnCreate"}}
STATEFUL = ("AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::RDS::DBInstance", "AWS::S3::Bucket")


@pytest.mark.parametrize("kind", STATEFUL)
def test_deletion_and_replacement_do_with_data_what_is_promised(
    stage: Stage, resources_as_deployed: dict[str, Any], kind: str
) -> None:
    own = {name: resource for name, resource in resources_as_deployed.items() if resource["Type"] == kind}
    expect(f"some {kind}", found=bool(own), expected=True)
    for name, resource in own.items():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            kept_as_promised = resource.get(policy) in POLICIES[stage.removal_policy]
            expect(f"{policy} of {name} ({resource.get(policy)}) as promised", found=kept_as_promised, expected=True)


@pytest.fixture(scope="module")
def resources_as_deployed(stage: Stage, look: Look) -> dict[str, Any]:
    """The resources of the template that the stack was deployed from."""
    template = look("cloudformation").get_template(StackName=stage.stack_name, TemplateStage="Original")
    found: dict[str, Any] = template["TemplateBody"]["Resources"]
    return found


def test_the_database_refuses_deletion_where_data_is_kept(stage: Stage, database: dict[str, Any]) -> None:
    expect("deletion protection", found=database["DeletionProtection"], expected=stage.keeps_data)


def test_the_stack_refuses_deletion_where_data_is_kept(stage: Stage, look: Look) -> None:
    (stack,) = look("cloudformation").describe_stacks(StackName=stage.stack_name)["Stacks"]
    expect("termination protection", found=stack["EnableTerminationProtection"], expected=stage.keeps_data)
