"""What a backup plan copies: CloudFormation's type on top of the API that MiniStack has."""
# ruff: noqa: SLF001 - MiniStack's handlers have no public door

import json

from ministack.services import backup

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.answers import require

TYPE = "AWS::Backup::BackupSelection"


def install(_config: EmulatorConfig) -> None:
    """Register the type."""
    hooks.register_resource_type(TYPE, BackupSelection(), create_only=("BackupPlanId", "BackupSelection"))


class BackupSelection:
    """``AWS::Backup::BackupSelection``: its id is ``<selection>_<plan>``, as in AWS."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Select for the plan."""
        plan = request.properties["BackupPlanId"]
        answer = backup._create_selection(plan, {"BackupSelection": request.properties["BackupSelection"]})
        require(answer)
        selection = json.loads(answer[2])["SelectionId"]
        id_ = f"{selection}_{plan}"
        return hooks.Resource(id_, {"Id": id_, "SelectionId": selection, "BackupPlanId": plan})

    def update(self, resource_id: str, _previous: hooks.Properties, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Keep it: every change is a replacement."""
        return hooks.Resource(resource_id)

    def delete(self, resource_id: str, _properties: hooks.Properties) -> None:
        """Select no more."""
        selection, _, plan = resource_id.partition("_")
        backup._delete_selection(plan, selection)
