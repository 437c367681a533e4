"""The data bucket."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.live.conftest import Look, Stage
from tests.live.expectation import expect, expect_each

CALL = "before-call.s3.GetBucketVersioning"


def test_the_bucket_is_versioned_and_not_public(stage: Stage, look: Look) -> None:
    s3, bucket = look("s3"), stage.s3_bucket_name
    expect("versioning", found=s3.get_bucket_versioning(Bucket=bucket).get("Status"), expected="Enabled")
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    ways = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    expect_each("public access", found=blocked, expected=dict.fromkeys(ways, True))


def test_the_bucket_is_encrypted_with_the_key(stage: Stage, look: Look, key: dict[str, Any]) -> None:
    answer = look("s3").get_bucket_encryption(Bucket=stage.s3_bucket_name)
    (rule,) = answer["ServerSideEncryptionConfiguration"]["Rules"]
    expected = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
    expect_each("encryption", found=rule["ApplyServerSideEncryptionByDefault"], expected=expected)
    expect("bucket key", found=rule.get("BucketKeyEnabled"), expected=True)


@pytest.mark.parametrize(("protocol", "expected"), [("https", "answered"), ("http", "AccessDenied")])
def test_an_unencrypted_request_is_refused(stage: Stage, look: Look, protocol: str, expected: str) -> None:
    """The same question under the same role, once by each protocol."""
    s3 = look("s3")

    def ask(params: dict[str, Any], **_: object) -> None:
        _, _, rest = params["url"].partition("://")
        plain_already = s3.meta.endpoint_url.startswith("http:")
        params["url"] = params["url"] if plain_already else f"{protocol}://{rest}"
        # Where plain HTTP to a proxy stands for TLS, as it does on one machine, the proxy has to be told.
        params["headers"]["X-Forwarded-Proto"] = protocol

    s3.meta.events.register(CALL, ask, unique_id="protocol")
    try:
        s3.get_bucket_versioning(Bucket=stage.s3_bucket_name)
        found = "answered"
    except ClientError as error:
        found = error.response["Error"]["Code"]
    finally:
        s3.meta.events.unregister(CALL, unique_id="protocol")
    expect(f"a request by {protocol}", found=found, expected=expected)
