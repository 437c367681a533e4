"""What commits are pushed to: a bare repository for every kind of source that a pipeline may start with.

A connection's repository is one already, and so is one of GitHub or CodeCommit. An object's is one whose pushes are
uploaded: the commit's files, as a zip archive, become the object's newest version. The pipeline starts as it would on
AWS.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cdk_assembly import account_of
from cdk_rehearsal.driver.assembly import Environment, Pipeline, Source
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.engine.providers import CODECOMMIT, GITHUB, SOURCE_CONNECTION
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.source.announce import WARNING, announce
from cdk_rehearsal.source.repository import codecommit_name, create_repository

OBJECT_BRANCH = "main"
NOTHING = "0" * 40


@dataclass(frozen=True, kw_only=True)
class PushTarget:
    """A bare repository, and the branch of it that a source follows; ``place`` is the object it stands for, if any."""

    bare: Path
    branch: str
    place: Mapping[str, str] | None = None


def push_target(
    config: EmulatorConfig, pipeline: Pipeline, source: Source, definition: Mapping[str, Any]
) -> PushTarget:
    """Make what commits of a source are pushed to, unless it is there; ``definition`` is the deployed pipeline's.

    Raises :class:`cdk_rehearsal.errors.RehearsalError` when the repository cannot be made.
    """
    action = next(each for each in definition["stages"][0]["actions"] if each["name"] == source.action)
    settings, where = action["configuration"], pipeline.stack.environment
    if source.provider == SOURCE_CONNECTION.provider:
        bare = create_repository(config, settings["FullRepositoryId"])
        return PushTarget(bare=bare, branch=settings["BranchName"])
    if source.provider == GITHUB.provider:
        bare = create_repository(config, f"{settings['Owner']}/{settings['Repo']}")
        return PushTarget(bare=bare, branch=settings["Branch"])
    owner = account_of(action["roleArn"]) if "roleArn" in action else where.account
    home = Environment(account=owner, region=action.get("region", where.region))
    if source.provider == CODECOMMIT.provider:
        bare = _make_repository(config, settings["RepositoryName"], home)
        return PushTarget(bare=bare, branch=settings["BranchName"])
    _make_bucket(config, settings["S3Bucket"], home)
    place = {
        "account": home.account,
        "region": home.region,
        "bucket": settings["S3Bucket"],
        "key": settings["S3ObjectKey"],
        "branch": OBJECT_BRANCH,
    }
    bare = create_repository(config, f"objects/{pipeline.logical_id}-{source.action}", object=place)
    return PushTarget(bare=bare, branch=OBJECT_BRANCH, place=place)


def fill(config: EmulatorConfig, target: PushTarget, repository: Repository) -> None:
    """Give a source its content as if it had been there before the pipeline: nothing starts.

    Raises :class:`cdk_rehearsal.errors.RehearsalError` when git or the emulator refuses.
    """
    repository.push_silently(target.bare, target.branch)
    if target.place is None:
        return
    name = f"{target.bare.parent.name}/{target.bare.stem}"
    moved = f"{NOTHING} {repository.commit} refs/heads/{target.branch}"
    (said,) = announce(config.endpoint, config.token, name, [moved], {"object": dict(target.place), "silent": True})
    if said.startswith(WARNING):
        raise RehearsalError(said)


def _make_repository(config: EmulatorConfig, name: str, home: Environment) -> Path:
    """Create a repository that no stack of the app creates. On AWS it exists before the app."""
    codecommit = client(
        "codecommit", endpoint=config.endpoint, region=home.region, credentials=config.root(home.account)
    )
    with contextlib.suppress(codecommit.exceptions.RepositoryNameExistsException):
        codecommit.create_repository(repositoryName=name)
    place = {"account": home.account, "region": home.region, "repository": name}
    return create_repository(config, codecommit_name(home.account, home.region, name), codecommit=place)


def _make_bucket(config: EmulatorConfig, name: str, home: Environment) -> None:
    """Create a source's bucket that no stack of the app creates. On AWS it exists before the app."""
    s3 = client("s3", endpoint=config.endpoint, region=home.region, credentials=config.root(home.account))
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "404":
            raise
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
