"""What a source hands on instead of its files, so that CodeBuild clones the repository, history and all."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

KEY = "cloneReference"
# None is longer; an archive of files may be very much so.
MOST_BYTES = 10_000


@dataclass(frozen=True, kw_only=True)
class CloneReference:
    """A commit of ``owner/name``, whose clone a role needs one of ``actions`` on ``resource`` for."""

    repository: str
    commit: str
    actions: tuple[str, ...]
    resource: str

    def written(self) -> bytes:
        """Return the artifact."""
        return json.dumps({KEY: asdict(self)}).encode()

    @classmethod
    def read(cls, artifact: Path) -> "CloneReference | None":
        """Return the reference that an artifact is; none if it holds files."""
        if artifact.stat().st_size > MOST_BYTES:
            return None
        try:
            fields = json.loads(artifact.read_bytes())[KEY]
        except (ValueError, KeyError, TypeError):
            return None
        return cls(**{**fields, "actions": tuple(fields["actions"])})
