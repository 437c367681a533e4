"""AWS::CodeCommit::Repository for CloudFormation. ``Ref`` is the repository's id."""

from dataclasses import dataclass

from cdk_rehearsal.codecommit.repositories import Repositories
from cdk_rehearsal.emulator.hooks import Json, Properties, Resource, ResourceRequest

# A rehearsal pushes the content itself, and starts pipelines without SNS or a function in between.
REFUSED = ("Code", "Triggers")


@dataclass(frozen=True)
class RepositoryType:
    """Creates and deletes repositories for stacks."""

    repositories: Repositories

    def create(self, request: ResourceRequest) -> Resource:
        """Make the repository, empty."""
        _check(request.properties)
        name = request.properties["RepositoryName"]
        return _resource(self.repositories.create(name, request.properties.get("RepositoryDescription", "")))

    def update(self, resource_id: str, _previous: Properties, request: ResourceRequest) -> Resource:
        """Keep it: what may change in place is only described."""
        _check(request.properties)
        return _resource(self.repositories.get(request.properties["RepositoryName"]) | {"repositoryId": resource_id})

    def delete(self, resource_id: str, _properties: Properties) -> None:
        """Remove it with its content."""
        found = self.repositories.by_id(resource_id)
        if found is not None:
            self.repositories.delete(found["repositoryName"])


def _check(properties: Properties) -> None:
    for name in REFUSED:
        if name in properties:
            raise ValueError(f"{name}: the rehearsal does not run this; a push fills the repository and is announced")


def _resource(metadata: Json) -> Resource:
    attributes = {
        "Arn": metadata["Arn"],
        "CloneUrlHttp": metadata["cloneUrlHttp"],
        "CloneUrlSsh": metadata["cloneUrlSsh"],
        "Name": metadata["repositoryName"],
        "RepositoryId": metadata["repositoryId"],
    }
    return Resource(metadata["repositoryId"], attributes)
