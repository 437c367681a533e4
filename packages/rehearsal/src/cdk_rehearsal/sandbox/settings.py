"""What all sandboxes of one rehearsal have in common."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from cdk_rehearsal.sandbox.specification import DNS, HTTP, TLS, Listener


class SandboxSettings(BaseModel):
    """Where sandboxes of a rehearsal lead, and what builds see of the machine.

    ``door`` is the socket that takes their listeners, ``folder`` holds specifications and the mount point of new roots.
    ``bundle`` is the certificate bundle that stands for the system's. ``ports`` are ports of the machine's loopback
    that are reached at the same number inside, ``proxy`` is the door's own. Builds see ``tools`` to read and ``caches``
    to write; ``home`` is what they never see.
    """

    model_config = ConfigDict(frozen=True)

    door: Path
    folder: Path
    bundle: Path
    proxy: int
    ports: tuple[int, ...]
    tools: tuple[Path, ...] = ()
    caches: tuple[Path, ...] = ()
    home: Path

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The ports on which sandboxes reach the door."""
        ports = (port for port in self.ports if port not in {DNS, HTTP, TLS, self.proxy})
        return (
            Listener(role="names", port=DNS),
            Listener(role="any", port=HTTP),
            Listener(role="any", port=TLS),
            Listener(role="any", port=self.proxy),
            *(Listener(role=f"port {port}", port=port) for port in ports),
        )
