"""Which revisions an execution's sources must deliver, as whoever starts it asks for."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.emulator.hooks import ServiceError
from cdk_rehearsal.engine.definition import ActionType
from cdk_rehearsal.engine.providers import CODECOMMIT, GITHUB, S3_SOURCE, SOURCE_CONNECTION

# "SourceRevisionOverride" in the CodePipeline API reference.
REVISION_TYPES: MappingProxyType[ActionType, str] = MappingProxyType(
    {
        SOURCE_CONNECTION: "COMMIT_ID",
        CODECOMMIT: "COMMIT_ID",
        GITHUB: "COMMIT_ID",
        S3_SOURCE: "S3_OBJECT_VERSION_ID",
    }
)


def pinned_revisions(overrides: Iterable[Mapping[str, str]], record: PipelineRecord) -> dict[str, str]:
    """Return the revisions by source action.

    Raises:
        ServiceError: ValidationException, when there is no such source or it has no revisions of that type.
    """
    sources = {each.name: REVISION_TYPES[each.action_type_id] for each in record.pipeline.stages[0].actions}
    pinned = {}
    for each in overrides:
        name, kind = each["actionName"], each["revisionType"]
        if sources.get(name) != kind:
            allowed = ", ".join(f"{kind} of {source}" for source, kind in sorted(sources.items()))
            raise ServiceError("ValidationException", f"sourceRevisions: {name} {kind}: expected {allowed}")
        pinned[name] = each["revisionValue"]
    return pinned
