"""Takes the report out of a run's artifact, which the change's own code has written: nothing in it is believed."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from cdk_review.comment.api import GitHub
from cdk_review.comment.event import Event
from cdk_review.errors import ReviewError
from cdk_review.model.report import VERSION, Report
from cdk_review.writing.files import FILES

NAME: Final = re.compile(r"report-([1-9][0-9]{0,9})")
"""``report-`` and the number of the pull request."""
DOCUMENT: Final = "report.json"
MOST_PACKED: Final = 20_000_000
MOST_UNPACKED: Final = 20_000_000
"""Bytes. The report of fifty stages has a twentieth of that."""


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """An artifact by its id, and the number of the pull request that its name claims."""

    id: int
    number: int


def find_artifact(github: GitHub, event: Event) -> Artifact:
    """The one report of the event's run; raises :class:`~cdk_review.errors.ReviewError` where there is none."""
    path = f"/repos/{event.repository.full_name}/actions/runs/{event.workflow_run.id}/artifacts"
    listed = github.get(f"{path}?per_page=100").get("artifacts", [])
    found = [item for item in listed if NAME.fullmatch(str(item.get("name")))]
    if len(found) != 1:
        raise ReviewError(f"the run has {len(found)} artifacts called report-NUMBER, and one is expected")
    _check_listing(found[0], event)
    number = NAME.fullmatch(found[0]["name"])
    assert number is not None  # noqa: S101 - the list holds no other names
    return Artifact(id=int(found[0]["id"]), number=int(number[1]))


def _check_listing(item: Mapping[str, Any], event: Event) -> None:
    if item.get("expired"):
        raise ReviewError("the run's artifact has expired")
    if int(item["size_in_bytes"]) > MOST_PACKED:
        raise ReviewError(f"the artifact has {item['size_in_bytes']} bytes, more than {MOST_PACKED}")
    commit = (item.get("workflow_run") or {}).get("head_sha")
    if commit != event.workflow_run.head_sha:
        raise ReviewError(f"the artifact is for commit {commit}, the run for {event.workflow_run.head_sha}")


def read_report(github: GitHub, artifact: Artifact, event: Event) -> Report:
    """Download the artifact and return its report.

    Raises :class:`~cdk_review.errors.ReviewError` where it is anything but the four files of a report on the event's
    commit.
    """
    path = f"/repos/{event.repository.full_name}/actions/artifacts/{artifact.id}/zip"
    report = parse(unpack(github.download(path, most=MOST_PACKED)))
    if report.failure is None and report.head.commit != event.workflow_run.head_sha:
        raise ReviewError(f"the report is for commit {report.head.commit}, the run for {event.workflow_run.head_sha}")
    return report


def unpack(content: bytes) -> bytes:
    """The document in an artifact's archive. Nothing is written to disk, and no more is unpacked than allowed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = sorted(archive.namelist())
            if names != sorted(FILES):
                raise ReviewError(f"the artifact holds {', '.join(names)[:200]}; {', '.join(FILES)} are expected")
            with archive.open(DOCUMENT) as file:
                document = file.read(MOST_UNPACKED + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReviewError(f"the artifact is no archive that can be read ({error})") from None
    if len(document) > MOST_UNPACKED:
        raise ReviewError(f"{DOCUMENT} has more than {MOST_UNPACKED} bytes")
    return document


def parse(document: bytes) -> Report:
    """The report in a JSON document; raises :class:`~cdk_review.errors.ReviewError` for another version or form."""
    try:
        return Report.model_validate_json(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if where == "version":
            raise ReviewError(f"{DOCUMENT} has version {first['input']!r}; this reads version {VERSION}") from None
        raise ReviewError(f"{DOCUMENT}: {where or 'it'} is not as the schema says: {first['msg']}") from None
