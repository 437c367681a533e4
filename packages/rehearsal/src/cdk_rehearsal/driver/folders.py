"""The files and folders of a rehearsal: `.rehearsal/` in the app's repository."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The folders and files of one rehearsal."""

    root: Path

    @property
    def state(self) -> Path:
        """The emulator's state, repositories, builds, and logs."""
        return self.root / "state"

    @property
    def logs(self) -> Path:
        """Logs of the programs that the driver runs."""
        return self.root / "logs"

    @property
    def home(self) -> Path:
        """HOME of every process that the driver starts; the user's own is neither read nor changed."""
        return self.root / "home"

    @property
    def image(self) -> Path:
        """Links to the tools that a build image has."""
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
        """Cloud assemblies that wait for an approval: one folder per execution."""
        return self.root / "previews"

    @property
    def config(self) -> Path:
        """The emulator's configuration."""
        return self.root / "emulator.json"

    @property
    def chosen(self) -> Path:
        """The selected pipeline; empty if the app has only one."""
        return self.root / "pipeline"

    @property
    def others(self) -> Path:
        """The repositories of further source actions, as JSON: path by action."""
        return self.root / "sources.json"

    @property
    def door(self) -> Path:
        """The door's secrets, certificates, and list of refused hosts."""
        return self.root / "door"

    @property
    def network(self) -> Path:
        """The network sandbox of the driver's programs; absent on a machine without user namespaces."""
        return self.door / "network.json"

    @property
    def session(self) -> Path:
        """The running processes, by which any terminal can stop them."""
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
        """The page's address, which includes its token."""
        return self.root / "page.url"

    @property
    def tools_environment(self) -> Path:
        """Shell exports that point the AWS CLI at the emulated tools account, with its secret key: mode 0600."""
        return self.root / "tools.env"

    @property
    def access(self) -> Path:
        """Granted and used permissions of every role, as JSON; the same as Markdown is beside it."""
        return self.root / "access.json"

    @property
    def result(self) -> Path:
        """The last delivery's result, as JSON."""
        return self.root / "result.json"
