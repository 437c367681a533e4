"""Where a rehearsal keeps what it makes: one folder, `.rehearsal/`, in the app's repository."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The folders and files of one rehearsal."""

    root: Path

    @property
    def state(self) -> Path:
        """The emulator's state, its repositories, builds and logs."""
        return self.root / "state"

    @property
    def logs(self) -> Path:
        """Logs of what the driver itself runs."""
        return self.root / "logs"

    @property
    def home(self) -> Path:
        """HOME of everything that the driver starts, so that nothing of the user's is read or changed."""
        return self.root / "home"

    @property
    def image(self) -> Path:
        """The tools of a build, as the build image has them."""
        return self.root / "image"

    @property
    def source(self) -> Path:
        """The commit from which the pipeline is deployed."""
        return self.root / "source"

    @property
    def assembly(self) -> Path:
        """The cloud assembly of that commit."""
        return self.root / "cdk.out"

    @property
    def previews(self) -> Path:
        """Cloud assemblies that wait for an approval, a folder an execution."""
        return self.root / "previews"

    @property
    def config(self) -> Path:
        """What the emulator was started with."""
        return self.root / "emulator.json"

    @property
    def chosen(self) -> Path:
        """Which of the app's pipelines is rehearsed; empty where there is only one."""
        return self.root / "pipeline"

    @property
    def others(self) -> Path:
        """Which repositories stand for sources beside the app's own, by source action, as JSON."""
        return self.root / "sources.json"

    @property
    def door(self) -> Path:
        """The door's own: its secrets, the certificates that children trust, and what it refused."""
        return self.root / "door"

    @property
    def network(self) -> Path:
        """The sandbox of what the driver runs; not there where this machine has no user namespaces."""
        return self.door / "network.json"

    @property
    def session(self) -> Path:
        """What runs, for whoever stops it."""
        return self.root / "session.json"

    @property
    def session_id(self) -> Path:
        """The random ID that the session's processes carry; finds them if the session's own file is damaged."""
        return self.root / "session.id"

    @property
    def lock(self) -> Path:
        """The lock of the command that starts, restarts, or stops the rehearsal; it outlives the rehearsal."""
        return self.root / "lock"

    @property
    def page_address(self) -> Path:
        """Where the page is, with the token that opens it."""
        return self.root / "page.url"

    @property
    def tools_environment(self) -> Path:
        """Shell exports that point the AWS CLI at the emulated tools account, with its secret key: mode 0600."""
        return self.root / "tools.env"

    @property
    def access(self) -> Path:
        """What roles may do and what they did, for machines; beside it, ``.md``, for people."""
        return self.root / "access.json"

    @property
    def result(self) -> Path:
        """The last delivery's result, for machines."""
        return self.root / "result.json"
