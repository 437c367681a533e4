"""Where setup puts things: inside the clone, unless `DELIVERY_CACHE` names another cache."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

GROUPS = ("steps", "synth", "dev")
"""Dependency groups, smallest first. Each includes those before it.

``steps`` is what pipeline steps need in the target accounts; ``synth`` adds what synthesis and the app's tests need;
``dev`` adds the tools, their tests, and the rehearsal.
"""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The folders and lock files of one clone."""

    root: Path
    cache: Path

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> "Layout":
        """Return the layout of the clone at ``root``; ``DELIVERY_CACHE`` moves the cache (a build server's volume)."""
        cache = environ.get("DELIVERY_CACHE")
        return cls(root=root, cache=(Path(cache) if cache else root / ".cache").absolute())

    @property
    def venv(self) -> Path:
        """The clone's virtual environment."""
        return self.root / ".venv"

    @property
    def node_modules(self) -> Path:
        """The link to the npm packages in use."""
        return self.root / "node_modules"

    @property
    def packages(self) -> Path:
        """The folder with the tools of this repository; a fork that pins released tools has none."""
        return self.root / "packages"

    @property
    def function_requirements(self) -> Path:
        """The hash-locked requirements of the function."""
        return self.root / "lambda" / "requirements.txt"

    def requirements(self, name: str) -> Path:
        """One hash-locked requirements file."""
        return self.root / "requirements" / f"{name}.txt"

    @property
    def npm_files(self) -> tuple[Path, ...]:
        """The files that determine the npm packages."""
        return tuple(self.root / name for name in ("package.json", "package-lock.json", ".npmrc"))

    @property
    def postgres_files(self) -> tuple[Path, ...]:
        """The files that determine PostgreSQL's packages."""
        folder = self.root / "tooling" / "postgres"
        return (folder / "package.json", folder / "package-lock.json", self.root / ".npmrc")
