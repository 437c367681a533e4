"""A push is laid out in a bucket."""

import pytest
from tests.codepipeline.emulated import REGION
from tests.codepipeline.shop import ALL_OF_THE_PIPELINE, Json, Shop, action, source, stage, statement


@pytest.fixture(scope="module", autouse=True)
def site(shop: Shop) -> None:
    place = {"LocationConstraint": REGION}
    shop.emulator.client("s3").create_bucket(Bucket="site-of-the-shop", CreateBucketConfiguration=place)


def upload(bucket: str) -> Json:
    settings = {"BucketName": bucket, "Extract": "true", "ObjectKey": "web", "CacheControl": "max-age=60"}
    return action("Upload", "Deploy", "S3", configuration=settings, inputArtifacts=[{"name": "Files"}])


def deliver(shop: Shop, name: str, role: str) -> Json:
    """The pipeline's first execution, once it has ended."""
    copy = shop.working_copy(f"acme/{name}")
    copy.commit({"index.html": "<p>hello</p>", "style/site.css": "p {}"})
    copy.push()
    shop.create(name, stage("Source", source(f"acme/{name}")), stage("Site", upload("site-of-the-shop")), role=role)
    (execution,) = shop.executions(name)
    return shop.ends(name, execution["pipelineExecutionId"], "Succeeded", "Failed")


def test_the_files_of_a_commit_are_in_the_bucket_as_the_action_declares(shop: Shop) -> None:
    s3 = shop.emulator.client("s3")
    role = shop.role("uploader", *ALL_OF_THE_PIPELINE, statement("s3:PutObject", "arn:aws:s3:::site-of-the-shop/*"))
    assert deliver(shop, "site", role)["status"] == "Succeeded"
    found = s3.get_object(Bucket="site-of-the-shop", Key="web/index.html")
    assert (found["Body"].read(), found["ContentType"]) == (b"<p>hello</p>", "text/html")
    assert found["CacheControl"] == "max-age=60"
    listed = s3.list_objects_v2(Bucket="site-of-the-shop")["Contents"]
    assert [each["Key"] for each in listed] == ["web/index.html", "web/style/site.css"]


def test_a_role_that_may_not_write_there_fails_the_action_by_name(shop: Shop) -> None:
    ended = deliver(shop, "unsited", "pipeline")
    assert ended["status"] == "Failed"
    error = shop.actions("unsited", ended["pipelineExecutionId"])["Upload"]["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "PermissionError"
    assert "is not permitted to perform PutObject" in error["message"]
