import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from cdk_rehearsal.codebuild.cloud.deliveries import deliver, encryption
from cdk_rehearsal.codebuild.cloud.sources import fetch
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.plan import Destination, Source
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import account_root
from cdk_rehearsal.source.reference import CloneReference

SOURCE = Source(bucket="bucket", key="in.zip")


def made() -> tuple[Any, Stubber]:
    s3 = client(
        "s3", endpoint="http://127.0.0.1:9", region="us-east-1", credentials=account_root("111111111111", "unused")
    )
    return s3, Stubber(s3)


def only(s3: Any) -> Callable[[str], Any]:
    return {"s3": s3}.__getitem__


def no_clone(reference: CloneReference, folder: Path) -> None:
    raise AssertionError(f"{reference} into {folder}")


def body(content: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(content), len(content))


def zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def destination(**given: Any) -> Destination:
    values: dict[str, Any] = {
        "identifier": "",
        "bucket": "out",
        "path": "",
        "name": "n",
        "zipped": True,
        "by_build": False,
        "renamed": False,
        "encrypted": True,
    }
    return Destination(**{**values, **given})


def test_a_source_is_unpacked_and_its_version_told(tmp_path: Path) -> None:
    s3, stub = made()
    answer = {"Body": body(zipped(a="text")), "VersionId": "v9"}
    stub.add_response("get_object", answer, {"Bucket": "bucket", "Key": "in.zip"})
    with stub:
        assert fetch(SOURCE, tmp_path / "src", client=only(s3), scratch=tmp_path, clone=no_clone) == "v9"
    assert (tmp_path / "src" / "a").read_text() == "text"
    assert [path.name for path in tmp_path.iterdir()] == ["src"]


def test_a_version_that_was_asked_for_is_the_one_fetched(tmp_path: Path) -> None:
    s3, stub = made()
    expected = {"Bucket": "bucket", "Key": "in.zip", "VersionId": "v1"}
    stub.add_response("get_object", {"Body": body(zipped(a="x"))}, expected)
    with stub:
        asked = Source(bucket="bucket", key="in.zip", version="v1")
        assert fetch(asked, tmp_path / "src", client=only(s3), scratch=tmp_path, clone=no_clone) == ""


def test_a_reference_is_cloned_and_its_commit_is_the_version(tmp_path: Path) -> None:
    s3, stub = made()
    reference = CloneReference(repository="acme/shop", commit="c0ffee", actions=("x:Use",), resource="*")
    stub.add_response("get_object", {"Body": body(reference.written()), "VersionId": "v9"})
    cloned: list[tuple[CloneReference, Path]] = []
    with stub:
        version = fetch(
            SOURCE,
            tmp_path / "src",
            client=only(s3),
            scratch=tmp_path,
            clone=lambda given, folder: cloned.append((given, folder)),
        )
    assert (version, cloned) == ("c0ffee", [(reference, tmp_path / "src")])


@pytest.mark.parametrize("content", [b"[]", b"{}", b"PK", b"1", b'"words"', b"{" + b" " * 20_000 + b"}"])
def test_other_content_is_no_reference(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "artifact").write_bytes(content)
    assert CloneReference.read(tmp_path / "artifact") is None


def test_no_source_is_an_empty_folder(tmp_path: Path) -> None:
    assert fetch(Source(), tmp_path / "src", client=only(None), scratch=tmp_path, clone=no_clone) == ""
    assert list((tmp_path / "src").iterdir()) == []


def test_a_source_that_may_not_be_read_fails_by_its_arn(tmp_path: Path) -> None:
    s3, stub = made()
    stub.add_client_error("get_object", "AccessDenied", "no")
    with stub, pytest.raises(BuildError, match=r"^source arn:aws:s3:::bucket/in\.zip: .*AccessDenied"):
        fetch(SOURCE, tmp_path / "src", client=only(s3), scratch=tmp_path, clone=no_clone)


def test_a_source_that_is_no_archive_fails_by_its_arn(tmp_path: Path) -> None:
    s3, stub = made()
    stub.add_response("get_object", {"Body": body(b"no zip")})
    with stub, pytest.raises(BuildError, match=r"in\.zip: the source is no zip archive") as caught:
        fetch(SOURCE, tmp_path / "src", client=only(s3), scratch=tmp_path, clone=no_clone)
    assert caught.value.code == "CLIENT_ERROR"


def test_an_archive_is_put_under_its_key(tmp_path: Path) -> None:
    s3, stub = made()
    (tmp_path / "a").write_text("text")
    arguments = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}
    stub.add_response("put_object", {}, {"Bucket": "out", "Key": "p/n", "Body": ANY, **arguments})
    with stub:
        record = deliver(
            {"a": tmp_path / "a"},
            destination(identifier="docs"),
            key="p/n",
            links=False,
            arguments=arguments,
            s3=s3,
            scratch=tmp_path,
        )
    assert record["location"] == "arn:aws:s3:::out/p/n"
    assert record["artifactIdentifier"] == "docs"
    assert len(record["sha256sum"]) == 64
    assert record["encryptionDisabled"] is False


def test_files_are_put_one_by_one_where_nothing_is_packed(tmp_path: Path) -> None:
    s3, stub = made()
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
        stub.add_response("put_object", {}, {"Bucket": "out", "Key": f"n/{name}", "Body": ANY})
    files = {"a": tmp_path / "a", "b": tmp_path / "b"}
    with stub:
        record = deliver(
            files,
            destination(zipped=False, encrypted=False),
            key="n",
            links=False,
            arguments={},
            s3=s3,
            scratch=tmp_path,
        )
    stub.assert_no_pending_responses()
    assert record == {"location": "arn:aws:s3:::out/n", "encryptionDisabled": True}


def test_an_artifact_that_s3_refuses_fails_by_its_arn(tmp_path: Path) -> None:
    s3, stub = made()
    (tmp_path / "a").write_text("text")
    stub.add_client_error("put_object", "AccessDenied", "no")
    with stub, pytest.raises(BuildError, match=r"^artifact arn:aws:s3:::out/k: .*AccessDenied"):
        deliver({"a": tmp_path / "a"}, destination(), key="k", links=False, arguments={}, s3=s3, scratch=tmp_path)


def test_the_key_that_was_named_encrypts() -> None:
    assert encryption(destination(), "arn:key") == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:key"}


@pytest.mark.parametrize("key", ["", "alias/aws/s3", "arn:aws:kms:us-east-1:111111111111:alias/aws/codebuild"])
def test_without_a_key_of_ones_own_the_bucket_decides(key: str) -> None:
    assert encryption(destination(), key) == {}


def test_an_artifact_may_be_left_to_the_bucket() -> None:
    assert encryption(destination(encrypted=False), "arn:key") == {}
