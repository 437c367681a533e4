"""The repositories of CodeCommit, per account and region: their records, and a bare git repository each."""

import shutil
import time
import uuid
from pathlib import Path
from typing import Any

from ministack.core.responses import AccountRegionScopedDict

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import Json, ServiceError, account, region
from cdk_rehearsal.source.repository import codecommit_name, create_repository, repository_path


class Repositories:
    """All repositories. Each method works on those of the current account and region."""

    def __init__(self, config: EmulatorConfig) -> None:
        """Keep the git repositories where the configuration says."""
        self._config = config
        self._records = AccountRegionScopedDict()

    def save(self) -> dict[str, Any]:
        """Return what survives a restart; the git repositories do so by themselves."""
        return {"repositories": self._records}

    def load(self, state: dict[str, Any]) -> None:
        """Take up what was saved."""
        self._records.clear()
        self._records.update(state.get("repositories", {}))

    def create(self, name: str, description: str = "") -> Json:
        """Make a repository; return its metadata.

        Raises:
            ServiceError: RepositoryNameExistsException.
        """
        if name in self._records:
            raise ServiceError("RepositoryNameExistsException", f"A repository named {name} already exists")
        place = {"account": account(), "region": region(), "repository": name}
        create_repository(self._config, self._full_name(name), codecommit=place)
        now = time.time()
        self._records[name] = {
            "accountId": account(),
            "repositoryId": str(uuid.uuid4()),
            "repositoryName": name,
            "Arn": f"arn:aws:codecommit:{region()}:{account()}:{name}",
            "cloneUrlHttp": f"https://git-codecommit.{region()}.amazonaws.com/v1/repos/{name}",
            "cloneUrlSsh": f"ssh://git-codecommit.{region()}.amazonaws.com/v1/repos/{name}",
            "creationDate": now,
            "lastModifiedDate": now,
            **({"repositoryDescription": description} if description else {}),
        }
        return self.get(name)

    def get(self, name: str) -> Json:
        """Return a repository's metadata.

        Raises:
            ServiceError: RepositoryDoesNotExistException.
        """
        if name not in self._records:
            raise ServiceError("RepositoryDoesNotExistException", f"{name} does not exist")
        return dict(self._records[name])

    def all(self) -> list[Json]:
        """Return the metadata of every repository."""
        return [dict(record) for record in self._records.values()]

    def by_id(self, repository_id: str) -> Json | None:
        """Return the metadata of the repository with an id."""
        return next((each for each in self.all() if each["repositoryId"] == repository_id), None)

    def delete(self, name: str) -> str:
        """Remove a repository with what was pushed to it; return its id, empty where there was none."""
        record = self._records.pop(name, None)
        shutil.rmtree(self.path(name), ignore_errors=True)
        return record["repositoryId"] if record else ""

    def path(self, name: str) -> Path:
        """Return where the git repository lies."""
        return repository_path(self._config, self._full_name(name))

    @staticmethod
    def _full_name(name: str) -> str:
        return codecommit_name(account(), region(), name)
