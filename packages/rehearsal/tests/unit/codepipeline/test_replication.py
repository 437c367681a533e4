"""What an action in another region reads is copied to its region first. S3 is a stand-in."""

import io
from typing import Any

import pytest
from tests.unit.actions.stand_ins import client_error
from tests.unit.engine.samples import pipeline

from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.codepipeline.replication import brought
from cdk_rehearsal.engine.definition import Pipeline
from cdk_rehearsal.engine.execution import Location

HERE, THERE = "eu-west-1", "us-east-1"
MADE = Location(bucket="artifacts", key="delivery/Files/in")
KEY = {"id": "arn:aws:kms:us-east-1:111111111111:alias/there", "type": "KMS"}


class Buckets:
    """S3 in every region; ``there`` is what the other one was given, ``refuses`` an operation that is not allowed."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.there: dict[str, Any] = {}

    def __call__(self, region: str) -> "Buckets":
        self.region = region
        return self

    def get_object(self, **named: str) -> dict[str, Any]:
        assert (self.region, named) == (HERE, {"Bucket": "artifacts", "Key": MADE.key})
        return {"Body": io.BytesIO(b"zip")}

    def put_object(self, **given: Any) -> None:
        if self.refuses:
            raise client_error("AccessDenied", "no policy allows it", self.refuses)
        assert self.region == THERE
        self.there = given


def two_regions() -> Pipeline:
    there = {"type": "S3", "location": "copies", "encryptionKey": KEY}
    return pipeline(artifactStore=None, artifactStores={HERE: {"type": "S3", "location": "artifacts"}, THERE: there})


def test_an_artifact_is_copied_to_the_region_of_the_action_under_that_store_s_key() -> None:
    s3 = Buckets()
    found = brought({"Files": MADE}, pipeline=two_regions(), region=THERE, s3=s3)
    assert found == {"Files": Location(bucket="copies", key=MADE.key)}
    assert s3.there == {
        "Bucket": "copies",
        "Key": MADE.key,
        "Body": b"zip",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": KEY["id"],
    }


@pytest.mark.parametrize("stores", [two_regions(), pipeline()])
def test_an_artifact_that_is_here_already_stays_where_it_is(stores: Pipeline) -> None:
    s3 = Buckets()
    made = Location(bucket=stores.store(HERE).location, key=MADE.key)
    assert brought({"Files": made}, pipeline=stores, region=HERE, s3=s3) == {"Files": made}
    assert s3.there == {}


def test_a_pipeline_that_may_not_copy_fails_the_action_by_its_own_role_s_name() -> None:
    with pytest.raises(ActionFailedError, match="could not copy artifact Files to us-east-1: no policy") as failed:
        brought({"Files": MADE}, pipeline=two_regions(), region=THERE, s3=Buckets(refuses="PutObject"))
    assert failed.value.code == "PermissionError"
    assert str(failed.value).startswith(two_regions().role_arn)
