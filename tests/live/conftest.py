"""What the checks of a deployed stage know: the stage's outputs, and the role that may look."""

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import boto3
import pytest

Look = Callable[..., Any]
EDGE_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The outputs of a stage's stack; each comes as the environment variable of its name in capitals.

    ``removal_policy`` and ``log_retention`` are what the stage promises, by the names that the CDK gives them. Without
    ``check_role_arn`` the checks run under the caller's own credentials, which are then the stage account's.
    """

    stage_region: str
    stack_name: str
    removal_policy: str
    log_retention: str
    vpc_id: str
    database_endpoint: str
    database_secret_arn: str
    s3_bucket_name: str
    lambda_function_name: str
    cloud_front_domain: str
    check_role_arn: str | None = None

    @property
    def keeps_data(self) -> bool:
        return self.removal_policy == "RETAIN"


@pytest.fixture(scope="session")
def stage() -> Stage:
    given = {field.name: os.environ.get(field.name.upper()) for field in fields(Stage)}
    optional = {field.name for field in fields(Stage) if field.default is None}
    missing = [name.upper() for name, value in given.items() if not value and name not in optional]
    if missing:
        pytest.exit(f"check-stage: set {', '.join(missing)}: a stage's region and stack outputs", returncode=2)
    return Stage(**{name: value for name, value in given.items() if value})


@pytest.fixture(scope="session")
def look(stage: Stage) -> Look:
    """Makes clients under the stage's check role, which can read and invoke, nothing else.

    They look at the stage's region unless told another.
    """
    session = boto3.Session() if stage.check_role_arn is None else assumed(stage.check_role_arn, stage.stage_region)

    @cache
    def client(service: str, region: str = stage.stage_region) -> Any:
        return session.client(service, region_name=region)

    return client


def assumed(role: str, region: str) -> boto3.Session:
    caller = boto3.client("sts", region_name=region)
    answer = caller.assume_role(RoleArn=role, RoleSessionName="check-stage")["Credentials"]
    return boto3.Session(
        aws_access_key_id=answer["AccessKeyId"],
        aws_secret_access_key=answer["SecretAccessKey"],
        aws_session_token=answer["SessionToken"],
    )


@pytest.fixture(scope="session")
def resources(stage: Stage, look: Look) -> dict[str, list[str]]:
    """The physical ids of the stack's resources, by type."""
    found: dict[str, list[str]] = {}
    pages = look("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stage.stack_name)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            found.setdefault(resource["ResourceType"], []).append(resource["PhysicalResourceId"])
    return found


@pytest.fixture(scope="session")
def function(stage: Stage, look: Look) -> dict[str, Any]:
    """The function's configuration."""
    configuration: dict[str, Any] = look("lambda").get_function_configuration(FunctionName=stage.lambda_function_name)
    return configuration


@pytest.fixture(scope="session")
def database(resources: dict[str, list[str]], look: Look) -> dict[str, Any]:
    """The database instance."""
    (identifier,) = resources["AWS::RDS::DBInstance"]
    (found,) = look("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    instance: dict[str, Any] = found
    return instance


@pytest.fixture(scope="session")
def key(resources: dict[str, list[str]], look: Look) -> dict[str, Any]:
    """The stage's key."""
    (identifier,) = resources["AWS::KMS::Key"]
    metadata: dict[str, Any] = look("kms").describe_key(KeyId=identifier)["KeyMetadata"]
    return metadata
