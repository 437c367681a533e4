"""Says where findings and resources stand in the source, and since when."""

from collections.abc import Iterable
from pathlib import Path

from cdk_review.model.deployment import Resource, Stage
from cdk_review.model.findings import Finding, Place, Since
from cdk_review.source.calls import read_source
from cdk_review.source.history import History
from cdk_review.source.places import fallback, place_of


class Where:
    """The source tree that an assembly was synthesised from."""

    def __init__(self, root: Path) -> None:
        """Read the tree at ``root``."""
        self._source = read_source(root)
        self._history = History(root)
        self._otherwise = fallback(root)

    def findings(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """``findings`` with the lines of their constructs, and since when they are acknowledged."""
        return tuple(
            finding.model_copy(update={"place": self._place(finding.path), "since": self._since(finding)})
            for finding in findings
        )

    def stages(self, stages: Iterable[Stage]) -> tuple[Stage, ...]:
        """``stages`` with the lines of the resources that are lost."""
        return tuple(
            stage.model_copy(update={"resources": tuple(self._resource(item) for item in stage.resources)})
            for stage in stages
        )

    def _resource(self, resource: Resource) -> Resource:
        return resource.model_copy(update={"place": self._place(resource.path)}) if resource.destructive else resource

    def _place(self, path: str) -> Place | None:
        return place_of(path, self._source) or self._otherwise

    def _since(self, finding: Finding) -> Since | None:
        """An acknowledgement's line is the one with its reason."""
        if finding.reason is None:
            return None
        place = self._source.place_of_text(finding.reason)
        commit, date = (self._history.of(place) if place else None) or (None, None)
        return Since(
            change=finding.state == "acknowledged" and finding.before != "acknowledged", commit=commit, date=date
        )
