"""What the checks of a deployed stage know: the stage's outputs, and the role that may look."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

VARIABLES = ("STAGE_NAME", "STAGE_REGION", "CHECK_ROLE_ARN", "LAMBDA_FUNCTION_NAME", "S3_BUCKET_NAME")


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str
    region: str
    role: str
    function: str
    bucket: str

    @property
    def database(self) -> str:
        return f"{self.name}-tap"


@pytest.fixture(scope="session")
def stage() -> Stage:
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        pytest.exit(f"check-stage: set {', '.join(missing)}: a stage's name, region and stack outputs", returncode=2)
    name, region, role, function, bucket = (os.environ[name] for name in VARIABLES)
    return Stage(name=name, region=region, role=role, function=function, bucket=bucket)


@pytest.fixture(scope="session")
def look(stage: Stage) -> Callable[[str], Any]:
    """Makes clients under the stage's check role, which can read and invoke, nothing else."""
    caller = boto3.client("sts", region_name=stage.region)
    answer = caller.assume_role(RoleArn=stage.role, RoleSessionName="check-stage")["Credentials"]

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=stage.region,
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
        )

    return client
