"""Lambda functions: what MiniStack's CloudFormation drops or lets pass."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Mapping
from typing import Any

from ministack.services import lambda_svc

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.answers import require
from cdk_rehearsal.emulator.wiring.sessions import trusts

TYPE = "AWS::Lambda::Function"
UNSET: dict[str, Any] = {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}, "DeadLetterConfig": {}}


def install(_config: EmulatorConfig) -> None:
    """Extend the type."""
    hooks.extend_resource_type(TYPE, check=check, applied=apply)


def check(properties: hooks.Properties) -> None:
    """Refuse a function whose code is missing or whose role Lambda may not assume, as Lambda does."""
    code = properties["Code"]
    if "S3Bucket" in code:
        found = lambda_svc._fetch_code_from_s3(code["S3Bucket"], code["S3Key"], version_id=code.get("S3ObjectVersion"))
        if found is None:
            where = f"s3://{code['S3Bucket']}/{code['S3Key']}"
            raise ValueError(f"Error occurred while GetObject. S3 Error Code: NoSuchKey. There is no code at {where}")
    if not trusts(properties["Role"], "lambda.amazonaws.com"):
        raise ValueError(f"The role defined for the function cannot be assumed by Lambda: {properties['Role']}")


def apply(name: str, properties: hooks.Properties, _attributes: Mapping[str, Any]) -> None:
    """Set reserved concurrency, and the configuration that CloudFormation's create leaves out."""
    left_out = {key: properties.get(key, default) for key, default in UNSET.items()}
    if "KmsKeyArn" in properties:
        left_out["KMSKeyArn"] = properties["KmsKeyArn"]
    require(lambda_svc._update_config(name, left_out))
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is None:
        lambda_svc._delete_function_concurrency(name)
    else:
        require(lambda_svc._put_function_concurrency(name, {"ReservedConcurrentExecutions": int(reserved)}))
