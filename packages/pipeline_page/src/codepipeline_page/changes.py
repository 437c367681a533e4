"""Changes that an execution makes to a stage's stacks: from change sets, or from templates before those exist."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from codepipeline_page.access import Clients, account_of
from codepipeline_page.artifacts import Artifacts, place_of
from codepipeline_page.problems import PageError, code
from codepipeline_page.replacement import replaces
from codepipeline_page.runs import RUNNING, Run, latest, runs_of
from codepipeline_page.templates import Change, Property, compare, in_order, shown

KINDS = {"Add": "added", "Import": "added", "Remove": "removed", "Modify": "changed", "Dynamic": "perhaps"}
WORST = {"True": "replaced", "Conditional": "perhaps"}
REPLACES = {"Always": "yes", "Conditionally": "perhaps"}
BY_TEMPLATE = (
    "Compared by template, because the change set is created after the approval. "
    "A replacement caused by another resource appears only in the change set."
)


@dataclass(frozen=True, kw_only=True)
class StackChanges:
    """Changes of one stack.

    Attributes:
        source: ``change set``, ``templates``, or ``nothing`` if the changes are unknown, for the reason in ``note``.
    """

    stack: str
    account: str | None
    region: str | None
    source: str
    note: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A stack that a stage deploys: the action that creates its change set, with its role and Region."""

    stack: str
    action: str
    role: str | None
    region: str | None
    template: str

    @property
    def artifact(self) -> tuple[str, str]:
        """The artifact with the template, and the template's path in it."""
        name, _, path = self.template.partition("::")
        return name, path


def deployments(definition: Mapping[str, Any], stage: str) -> list[Deployment]:
    """Return the stacks that ``stage`` deploys. Raises :class:`PageError` if the pipeline has no such stage."""
    named = next((each for each in definition["stages"] if each["name"] == stage), None)
    if named is None:
        raise PageError(f"{definition['name']}: no stage {stage}; reload the page")
    return [
        Deployment(
            stack=action["configuration"]["StackName"],
            action=action["name"],
            role=action.get("roleArn"),
            region=action.get("region"),
            template=action["configuration"]["TemplatePath"],
        )
        for action in named["actions"]
        if {"StackName", "TemplatePath"} <= action.get("configuration", {}).keys()
    ]


class Changes:
    """Reads the changes of stacks."""

    def __init__(self, clients: Clients, pipeline: str, artifacts: Artifacts) -> None:
        """Read changes of ``pipeline``."""
        self._clients, self._pipeline, self._artifacts = clients, pipeline, artifacts

    def of(self, execution: str, stage: str) -> list[StackChanges]:
        """Return the changes that ``execution`` makes, or made, to each stack of ``stage``."""
        codepipeline = self._clients("codepipeline")
        definition = codepipeline.get_pipeline(name=self._pipeline)["pipeline"]
        runs = runs_of(codepipeline, self._pipeline, execution)
        found = latest(runs)
        return [self._stack(each, runs, found.get((stage, each.action))) for each in deployments(definition, stage)]

    def _stack(self, deployment: Deployment, runs: Sequence[Run], run: Run | None) -> StackChanges:
        if run is None:
            return self._by_template(deployment, runs)
        if run.status == RUNNING:
            return _told(deployment, "nothing", note=f"{run.action} is creating the change set.")
        if ":changeSet/" not in run.external:
            return _told(deployment, "nothing", note=run.error or f"{run.action} created no change set.")
        return self._by_change_set(deployment, run.external)

    def _by_change_set(self, deployment: Deployment, name: str) -> StackChanges:
        client = self._clients("cloudformation", role=deployment.role, region=deployment.region)
        asked: dict[str, Any] = {"ChangeSetName": name, "StackName": deployment.stack, "IncludePropertyValues": True}
        changes: list[Change] = []
        try:
            while True:
                found = client.describe_change_set(**asked)
                changes += [_change(each["ResourceChange"]) for each in found["Changes"] if "ResourceChange" in each]
                if "NextToken" not in found:
                    break
                asked["NextToken"] = found["NextToken"]
        except ClientError as error:
            if code(error) not in {"ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"}:
                raise
            return _told(deployment, "nothing", note="The change set no longer exists: a newer execution replaced it.")
        return _told(deployment, "change set", changes=in_order(changes))

    def _by_template(self, deployment: Deployment, runs: Sequence[Run]) -> StackChanges:
        artifact, path = deployment.artifact
        place = place_of(artifact, runs)
        if place is None:
            return _told(deployment, "nothing", note=f"No action has written artifact {artifact} yet.")
        wanted = self._artifacts.file(place, path)
        if wanted is None:
            return _told(deployment, "nothing", note=f"Artifact {artifact} has no file {path}.")
        return _told(
            deployment,
            "templates",
            note=BY_TEMPLATE,
            changes=compare(self._deployed(deployment), json.loads(wanted), replaces),
        )

    def _deployed(self, deployment: Deployment) -> Mapping[str, Any]:
        client = self._clients("cloudformation", role=deployment.role, region=deployment.region)
        try:
            body = client.get_template(StackName=deployment.stack, TemplateStage="Original")["TemplateBody"]
        except ClientError as error:
            if code(error) == "ValidationError" and "does not exist" in str(error):
                return {}
            raise
        if isinstance(body, str):
            raise PageError(f"{deployment.stack}: its deployed template is not JSON; review the change set instead")
        template: Mapping[str, Any] = body
        return template


def _told(deployment: Deployment, source: str, *, note: str = "", changes: tuple[Change, ...] = ()) -> StackChanges:
    return StackChanges(
        stack=deployment.stack,
        account=account_of(deployment.role),
        region=deployment.region,
        source=source,
        note=note,
        changes=changes,
    )


def _change(found: Mapping[str, Any]) -> Change:
    kind = KINDS.get(found["Action"], "changed")
    if kind == "changed":
        kind = WORST.get(found.get("Replacement", ""), kind)
    details = [each for each in found.get("Details", []) if "Name" in each.get("Target", {})]
    return Change(
        kind=kind,
        type=found["ResourceType"],
        logical_id=found["LogicalResourceId"],
        physical_id=found.get("PhysicalResourceId", ""),
        kept=found.get("PolicyAction") in {"Retain", "Snapshot", "ReplaceAndRetain", "ReplaceAndSnapshot"},
        properties=tuple(_property(each["Target"]) for each in details),
    )


def _property(target: Mapping[str, Any]) -> Property:
    return Property(
        name=target["Name"],
        before=shown(target["BeforeValue"]) if "BeforeValue" in target else "",
        after=shown(target["AfterValue"]) if "AfterValue" in target else "",
        replaces=REPLACES.get(target.get("RequiresRecreation", ""), "no"),
    )
