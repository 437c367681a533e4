"""The machines on which CodePipeline runs commands: CodeBuild's, without a project of anybody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_rehearsal.codebuild import managed
from cdk_rehearsal.codebuild.order import Assume
from cdk_rehearsal.emulator.hooks import Call, Json, scope


@dataclass(frozen=True, kw_only=True)
class ManagedCompute:
    """One action's :class:`cdk_rehearsal.actions.contracts.Compute`; ``assume`` returns the role's credentials."""

    account: str
    region: str
    caller: str
    assume: Assume

    def start(self, project: Mapping[str, Any]) -> Json:
        """Start a build, which ends with the emulator at the latest."""
        with scope(self.account, self.region):
            return managed.start(self._call({}), dict(project), self.assume)

    def look(self, build_id: str) -> Json:
        """Return the build as it is now."""
        with scope(self.account, self.region):
            return managed.look(self._call({"ids": [build_id]}))

    def _call(self, payload: Json) -> Call:
        return Call(
            operation="StartBuild",
            payload=payload,
            account=self.account,
            region=self.region,
            caller_arn=self.caller,
        )
