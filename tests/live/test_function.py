"""The function, end to end."""

import json
from typing import Any

from tests.live.conftest import Look, Stage
from tests.live.expectation import expect, expect_each


def invoke(stage: Stage, look: Look, event: object) -> Any:
    answer = look("lambda").invoke(FunctionName=stage.lambda_function_name, Payload=json.dumps(event))
    said = json.load(answer["Payload"])
    expect("function error", found=answer.get("FunctionError"), expected=None)
    return said


def test_the_function_says_hello_and_reaches_its_bucket_and_its_database(stage: Stage, look: Look) -> None:
    said = invoke(stage, look, {})
    expect(f"status of {said}", found=said["statusCode"], expected=200)
    body = json.loads(said["body"])
    expect_each("answer", found=body, expected={"message": "Hello from Lambda!", "bucket": stage.s3_bucket_name})
    results = {name: found["result"] for name, found in body["checks"].items()}
    expect("checks", found=results, expected={"bucket": "passed", "database": "passed"})
    expect("encryption of the object", found=body["checks"]["bucket"]["encryption"], expected="aws:kms")
    expect("PostgreSQL", found=body["checks"]["database"]["version"].partition(".")[0], expected="15")
    expect("TLS", found=body["checks"]["database"]["tls"] in {"TLSv1.2", "TLSv1.3"}, expected=True)


def test_the_function_refuses_what_it_does_not_understand(stage: Stage, look: Look) -> None:
    expect("status", found=invoke(stage, look, {"Records": []})["statusCode"], expected=400)


def test_the_function_is_set_up_in_the_vpc_under_the_key(
    stage: Stage, function: dict[str, Any], key: dict[str, Any]
) -> None:
    expect("VPC of the function", found=function["VpcConfig"]["VpcId"], expected=stage.vpc_id)
    expect("key of the function's environment", found=function.get("KMSKeyArn"), expected=key["Arn"])
