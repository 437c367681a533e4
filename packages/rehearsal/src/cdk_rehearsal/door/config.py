"""What the door is started with: one JSON file, readable by its owner alone."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class DoorConfig(BaseModel):
    """One door.

    ``port`` is its proxy's on loopback, ``emulator`` the emulator's. ``secret`` proves to the emulator that a request
    came through the door; ``token`` is the password that the proxy asks of its clients. ``folder`` gets the socket, the
    certificates, and the refusals. ``environ`` is the part of the user's environment that says how hosts are reached.
    """

    model_config = ConfigDict(frozen=True)

    port: int
    emulator: int
    secret: str = Field(repr=False)
    token: str = Field(repr=False)
    folder: Path
    allowed: tuple[str, ...] = ()
    environ: dict[str, str] = Field(default_factory=dict, repr=False)

    @property
    def socket(self) -> Path:
        """Where sandboxes hand over their listeners."""
        return self.folder / "door.sock"

    @property
    def certificates(self) -> Path:
        """The folder of what children trust; nothing in it is secret."""
        return self.folder / "certificates"

    @property
    def authority(self) -> Path:
        """The session's authority alone."""
        return self.certificates / "authority.pem"

    @property
    def extra(self) -> Path:
        """The authority after what the user adds to Node's own certificates."""
        return self.certificates / "extra.pem"

    @property
    def bundle(self) -> Path:
        """The authority after all that the machine trusts."""
        return self.certificates / "bundle.pem"

    @property
    def refusals(self) -> Path:
        """What was refused, a line of JSON each."""
        return self.folder / "refused.json"

    @property
    def proxy(self) -> str:
        """The proxy's URL for children, with its password."""
        return f"http://rehearsal:{self.token}@127.0.0.1:{self.port}"

    @property
    def open_proxy(self) -> str:
        """The same for children in a sandbox, where nobody else can come."""
        return f"http://127.0.0.1:{self.port}"

    def save(self, path: Path) -> None:
        """Write it where only its owner reads it."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(self.model_dump_json(indent=2))

    @classmethod
    def load(cls, path: Path) -> "DoorConfig":
        """Read what :meth:`save` wrote."""
        return cls.model_validate_json(path.read_text())
