from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.unit.actions.stand_ins import Service, client_error
from tests.unit.codepipeline.records import configuration
from tests.unit.driver.test_assembly import pipeline, source, write_app

from cdk_rehearsal.driver import sources
from cdk_rehearsal.driver.assembly import Assembly, Pipeline
from cdk_rehearsal.driver.sources import PushTarget, fill, push_target
from cdk_rehearsal.errors import RehearsalError

OBJECT = {"S3Bucket": "sources", "S3ObjectKey": "app.zip"}


def one(folder: Path, provider: str) -> Pipeline:
    return Assembly.read(write_app(folder / "out", pipeline(source("acme/shop", provider)))).pipeline()


def definition(settings: dict[str, str], **more: Any) -> dict[str, Any]:
    other = {"name": "Other", "configuration": {}}
    return {"stages": [{"actions": [other, {"name": "acme_shop", "configuration": settings, **more}]}]}


def objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Any, **more: Any) -> tuple[PushTarget, Service]:
    s3 = Service({"head_bucket": [found], "create_bucket": [{}], "put_bucket_versioning": [{}]})
    asked: list[str] = []

    def client(*_: object, region: str, **__: object) -> Service:
        asked.append(region)
        return s3

    monkeypatch.setattr(sources, "client", client)
    declared = one(tmp_path, "S3")
    target = push_target(configuration(tmp_path), declared, declared.source([]), definition(OBJECT, **more))
    assert asked == [more.get("region", "eu-west-1")]
    return target, s3


def test_a_connection_s_repository_is_pushed_to_as_it_is(tmp_path: Path) -> None:
    settings = {"FullRepositoryId": "acme/shop", "BranchName": "release"}
    declared = one(tmp_path, "CodeStarSourceConnection")
    target = push_target(configuration(tmp_path), declared, declared.source([]), definition(settings))
    assert target == PushTarget(bare=tmp_path / "repositories" / "acme" / "shop.git", branch="release")
    assert target.bare.is_dir()


def test_a_repository_stands_for_an_object_in_the_region_of_its_action(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, s3 = objects(tmp_path, monkeypatch, {}, region="eu-north-1")
    assert (target.bare.name, target.branch) == ("P-acme_shop.git", "main")
    hook = (target.bare / "hooks" / "post-receive").read_text()
    for part in ('"bucket": "sources"', '"key": "app.zip"', f'"account": "{"1" * 12}"', '"region": "eu-north-1"'):
        assert part in hook
    assert [name for name, _ in s3.calls] == ["head_bucket"]


def test_a_bucket_that_no_stack_makes_is_made_with_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, s3 = objects(tmp_path, monkeypatch, client_error("404", "Not Found"))
    assert s3.asked("create_bucket") == {"Bucket": "sources"}
    assert s3.asked("put_bucket_versioning")["VersioningConfiguration"] == {"Status": "Enabled"}


def test_a_bucket_of_somebody_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClientError, match="Forbidden"):
        objects(tmp_path, monkeypatch, client_error("403", "Forbidden"))


@pytest.mark.parametrize(
    ("role", "account"), [({}, "1" * 12), ({"roleArn": f"arn:aws:iam::{'2' * 12}:role/r"}, "2" * 12)]
)
def test_a_repository_of_codecommit_is_pushed_to_in_the_account_of_its_action(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: dict[str, str], account: str
) -> None:
    exists = client_error("RepositoryNameExistsException", "it is there")
    codecommit = Service({"create_repository": [exists]})
    codecommit.exceptions = SimpleNamespace(RepositoryNameExistsException=type(exists))  # type: ignore[attr-defined]
    monkeypatch.setattr(sources, "client", lambda *_, **__: codecommit)
    declared = one(tmp_path, "CodeCommit")
    settings = {"RepositoryName": "shop", "BranchName": "release"}
    target = push_target(configuration(tmp_path), declared, declared.source([]), definition(settings, **role))
    bare = tmp_path / "repositories" / "codecommit" / account / "eu-west-1" / "shop.git"
    assert target == PushTarget(bare=bare, branch="release")
    assert f'"account": "{account}"' in (bare / "hooks" / "post-receive").read_text()


def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, said: str) -> list[Any]:
    """What is announced when a source gets its content."""
    sent: list[Any] = []

    def announce(_endpoint: str, _token: str, name: str, lines: list[str], more: Any) -> list[str]:
        sent.append((name, lines, more))
        return [said]

    monkeypatch.setattr(sources, "announce", announce)
    pushed: list[Any] = []
    repository: Any = SimpleNamespace(commit="c" * 40, push_silently=lambda *where: pushed.append(where))
    target = PushTarget(bare=tmp_path / "objects" / "P-Extras.git", branch="main", place=place)
    fill(configuration(tmp_path), target, repository)
    assert pushed == [(target.bare, "main")]
    return sent


def test_a_repository_is_filled_by_a_silent_push_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert filled(tmp_path, monkeypatch, None, "") == []


def test_an_object_is_filled_by_a_silent_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (announced,) = filled(tmp_path, monkeypatch, {"key": "k"}, "uploaded to s3://b/k")
    moved = f"{'0' * 40} {'c' * 40} refs/heads/main"
    assert announced == ("objects/P-Extras", [moved], {"object": {"key": "k"}, "silent": True})


def test_an_object_that_cannot_be_filled_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RehearsalError, match="WARNING: main was pushed, but the emulator refused it"):
        filled(tmp_path, monkeypatch, {"key": "k"}, "WARNING: main was pushed, but the emulator refused it: no bucket")
