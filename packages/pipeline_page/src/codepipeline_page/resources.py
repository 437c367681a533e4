"""Current outputs and resources of a stage's stacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from codepipeline_page.access import Clients, account_of
from codepipeline_page.changes import Deployment, deployments
from codepipeline_page.problems import code


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of a stack."""

    logical_id: str
    type: str
    physical_id: str
    status: str


@dataclass(frozen=True, kw_only=True)
class StackResources:
    """A stack with its outputs and resources; ``status`` is empty if it is not deployed."""

    stack: str
    account: str | None
    status: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()


def resources(clients: Clients, pipeline: str, stage: str) -> list[StackResources]:
    """Return the stacks that ``stage`` deploys."""
    definition = clients("codepipeline").get_pipeline(name=pipeline)["pipeline"]
    return [_stack(clients, each) for each in deployments(definition, stage)]


def _stack(clients: Clients, deployment: Deployment) -> StackResources:
    client = clients("cloudformation", role=deployment.role, region=deployment.region)
    account = account_of(deployment.role)
    try:
        (found,) = client.describe_stacks(StackName=deployment.stack)["Stacks"]
    except ClientError as error:
        if code(error) != "ValidationError":
            raise
        return StackResources(stack=deployment.stack, account=account)
    pages = client.get_paginator("list_stack_resources").paginate(StackName=deployment.stack)
    held = [each for page in pages for each in page["StackResourceSummaries"]]
    return StackResources(
        stack=deployment.stack,
        account=account,
        status=found["StackStatus"],
        outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
        resources=tuple(
            Resource(
                logical_id=each["LogicalResourceId"],
                type=each["ResourceType"],
                physical_id=each.get("PhysicalResourceId", ""),
                status=each["ResourceStatus"],
            )
            for each in sorted(held, key=lambda each: (each["ResourceType"], each["LogicalResourceId"]))
        ),
    )
