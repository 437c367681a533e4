"""What GitHub says about the run that finished. Unlike the run's artifact, it can be believed."""

from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from cdk_review.errors import ReviewError

COMMIT = "^[0-9a-f]{40}$"
REPOSITORY = r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"


class Repository(BaseModel):
    """A repository by its full name, ``owner/name``."""

    full_name: str = Field(pattern=REPOSITORY)

    @property
    def owner(self) -> str:
        """The account that it belongs to."""
        return self.full_name.partition("/")[0]


class Run(BaseModel):
    """A finished run of a workflow, for the commit ``head_sha`` of ``head_branch``; in a fork, for instance."""

    id: int
    event: str
    conclusion: str | None
    head_sha: str = Field(pattern=COMMIT)
    head_branch: str
    head_repository: Repository
    html_url: str = Field(pattern=r"^https?://[^\s()<>\[\]]+$")


class Event(BaseModel):
    """A ``workflow_run`` event."""

    repository: Repository
    workflow_run: Run


def read_event(path: Path) -> Event:
    """Read the event's file (``GITHUB_EVENT_PATH``).

    Raises :class:`~cdk_review.errors.ReviewError` for another event than the end of a pull request's run.
    """
    try:
        event = Event.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReviewError(f"{path}: {error.strerror}; GitHub names the event's file in GITHUB_EVENT_PATH") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ReviewError(f"{path}: not a workflow_run event ({where}: {first['msg']})") from None
    if event.workflow_run.event != "pull_request":
        raise ReviewError(f"{path}: the run was for {event.workflow_run.event!r}, and comments are for pull requests")
    return event
