"""What the emulator is told when it starts: one JSON file, readable by its owner alone."""

import hmac
import os
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cdk_rehearsal.emulator.private import write_private
from cdk_rehearsal.sandbox.settings import SandboxSettings

Account = Annotated[str, Field(pattern=r"^\d{12}$")]


class PostgresServer(BaseModel):
    """The real PostgreSQL that stands behind emulated RDS.

    ``root_certificate`` is the file with what the server's certificate is verified by, in place of RDS's roots; None
    without TLS.
    """

    model_config = ConfigDict(frozen=True)

    host: str = "127.0.0.1"
    port: int
    superuser: str
    password: str = Field(repr=False)
    tls: bool = False
    root_certificate: Path | None = None


class EmulatorConfig(BaseModel):
    """One emulator: where it listens, where its state lives, and what its builds may use.

    ``build_path`` is the PATH of a build (its "image"): folders that hold python3, node, npm, git and make.
    ``build_environment`` is handed to every build as it is: package caches and certificate bundles, never credentials.
    ``secret`` is what the root credentials of every account are derived from, ``token`` opens the rehearsal's own
    routes, and ``door_secret`` is what the door proves itself with. All are random per configuration. ``sandbox`` is
    where builds and functions run; None where this machine has no user namespaces.
    """

    model_config = ConfigDict(frozen=True)

    port: int
    region: str = "us-east-1"
    state_dir: Path
    postgres: PostgresServer | None = None
    build_path: str = os.defpath
    build_environment: dict[str, str] = Field(default_factory=dict)
    secret: str = Field(default_factory=lambda: secrets.token_hex(32), repr=False)
    token: str = Field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    door_secret: str = Field(default="", repr=False)
    sandbox: SandboxSettings | None = None

    @property
    def endpoint(self) -> str:
        """The base URL of every emulated service."""
        return f"http://127.0.0.1:{self.port}"

    def root(self, account: str) -> dict[str, str]:
        """Return the root credentials of an emulated account."""
        return account_root(account, self.secret)

    @property
    def token_file(self) -> Path:
        """The file (mode 0600) that git hooks read the token from; the emulator writes it when it starts."""
        return self.state_dir / "token"

    @property
    def repositories(self) -> Path:
        """Bare git repositories, ``owner/name.git`` each, that source connections reach."""
        return self.state_dir / "repositories"

    @property
    def builds(self) -> Path:
        """Workspaces of builds, a folder a project."""
        return self.state_dir / "builds"

    @property
    def build_logs(self) -> Path:
        """Logs of builds, ``<build id with its colon as a dash>.log`` each."""
        return self.state_dir / "logs" / "builds"

    @property
    def action_logs(self) -> Path:
        """Logs of pipeline actions: ``<pipeline>/<execution id>/<nn>-<stage>-<action>.log``."""
        return self.state_dir / "logs" / "actions"

    @property
    def python_packages(self) -> Path:
        """What the Python environment of every build starts with: pip."""
        return self.state_dir / "pip"

    def build_log(self, build_id: str) -> Path:
        """The log of one build."""
        return self.build_logs / f"{build_id.replace(':', '-')}.log"

    def save(self, path: Path) -> None:
        """Write the configuration, which holds every secret of the rehearsal, where only its owner reads it."""
        write_private(path, self.model_dump_json(indent=2))

    @classmethod
    def load(cls, path: Path) -> "EmulatorConfig":
        """Read what :meth:`save` wrote."""
        return cls.model_validate_json(path.read_text())


def account_root(account: str, secret: str) -> dict[str, str]:
    """Return the root credentials of an emulated account: its id is the access key.

    The secret key is derived from ``secret``, which is random per rehearsal, so that one account's secret key does not
    reveal another's.
    """
    derived = hmac.new(secret.encode(), f"root/{account}".encode(), "sha256").hexdigest()
    return {"AccessKeyId": account, "SecretAccessKey": derived}
