from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Bucket, Service, context
from tests.unit.engine.samples import action, named

from cdk_rehearsal.actions import s3_deploy
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.engine.providers import S3_DEPLOY

FILES = {"Files": {"index.html": b"<p>", "deep/er/data.unknown": b"x", "empty/": b""}}


def deployed(tmp_path: Path, *, files: Any = FILES, **configuration: str) -> dict[str, dict[str, Any]]:
    """What is uploaded, by key."""
    service = Service({"put_object": [{}]})
    declared = action(
        "Upload",
        S3_DEPLOY,
        configuration={"BucketName": "site", "Extract": "true", **configuration},
        input_artifacts=named("Files"),
    )
    found = context(tmp_path, declared, services={"s3": service}, files=files)
    assert s3_deploy.run(found).summary == f"{len(service.calls)} objects in site"
    assert {members.pop("Bucket") for _, members in service.calls} == {"site"}
    return {members.pop("Key"): members for _, members in service.calls}


def test_an_archive_is_laid_out_file_by_file_with_the_types_of_its_files(tmp_path: Path) -> None:
    assert deployed(tmp_path) == {
        "index.html": {"Body": b"<p>", "ContentType": "text/html"},
        "deep/er/data.unknown": {"Body": b"x"},
    }


@pytest.mark.parametrize("key", ["web", "web/"])
def test_files_go_below_the_key(tmp_path: Path, key: str) -> None:
    assert deployed(tmp_path, ObjectKey=key).keys() == {"web/index.html", "web/deep/er/data.unknown"}


def test_an_archive_stays_one_if_it_is_not_to_be_extracted(tmp_path: Path) -> None:
    (upload,) = deployed(tmp_path, Extract="false", ObjectKey="site.zip").items()
    assert upload[0] == "site.zip"
    assert upload[1]["Body"].startswith(b"PK")


def test_every_object_gets_what_the_action_declares(tmp_path: Path) -> None:
    declared = {"CannedACL": "private", "CacheControl": "max-age=60", "KMSEncryptionKeyARN": "key"}
    for upload in deployed(tmp_path, **declared).values():
        assert (upload["ACL"], upload["CacheControl"]) == ("private", "max-age=60")
        assert (upload["ServerSideEncryption"], upload["SSEKMSKeyId"]) == ("aws:kms", "key")


def test_what_is_no_archive_cannot_be_extracted(tmp_path: Path) -> None:
    declared = action(
        "Upload",
        S3_DEPLOY,
        configuration={"BucketName": "site", "Extract": "true"},
        input_artifacts=named("Files"),
    )
    storage = Bucket({("artifacts", "delivery/Files/in"): b"words"})
    with pytest.raises(ActionFailedError, match="artifact Files is no zip archive"):
        s3_deploy.run(context(tmp_path, declared, bucket=storage))
