"""What one build will do."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Source:
    """A zip archive in S3; nothing at all if ``bucket`` is empty."""

    identifier: str = ""
    bucket: str = ""
    key: str = ""
    version: str = ""

    @property
    def arn(self) -> str:
        """The archive's ARN."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}" if self.bucket else ""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where an artifact goes in S3. ``identifier`` is empty for the primary one."""

    identifier: str
    bucket: str
    path: str
    name: str
    zipped: bool
    by_build: bool
    renamed: bool
    encrypted: bool

    def key(self, build_uuid: str, name: str) -> str:
        """Return the object's key, or the prefix of the keys of an artifact that is not zipped."""
        parts = (self.path, build_uuid if self.by_build else "", name)
        return "/".join(part.strip("/") for part in parts if part.strip("/"))


@dataclass(frozen=True, kw_only=True)
class Variable:
    """An environment variable: its value, or what it is called where AWS keeps it."""

    name: str
    value: str
    type: str = "PLAINTEXT"


@dataclass(frozen=True, kw_only=True)
class Logs:
    """The CloudWatch Logs group of a build, and the prefix of its stream."""

    group: str
    prefix: str

    def stream(self, build_uuid: str) -> str:
        """Return the name of a build's stream."""
        return f"{self.prefix}/{build_uuid}" if self.prefix else build_uuid


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One build. ``buildspec`` is text, a path in the source, or empty for the default file."""

    service_role: str
    source: Source
    secondary_sources: tuple[Source, ...]
    buildspec: str
    destinations: tuple[Destination, ...]
    variables: tuple[Variable, ...]
    handed_over: Mapping[str, str]
    timeout_minutes: int
    encryption_key: str
    keeps_cache: bool
    logs: Logs | None
    image: str
    notes: tuple[str, ...]
