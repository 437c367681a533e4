"""What a stage's stacks become by an execution: from its change sets, or by their templates before there are any."""

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
    "Compared by template, since the change set is made after the approval; "
    "a replacement that follows from another resource shows in the change set alone."
)


@dataclass(frozen=True, kw_only=True)
class StackChanges:
    """What one stack becomes.

    Attributes:
        source: Where this is known from: ``change set``, ``templates``, or ``nothing``, for the reason in ``note``.
    """

    stack: str
    account: str | None
    region: str | None
    source: str
    note: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A stack that a stage deploys: the action that prepares it, with its role and region."""

    stack: str
    action: str
    role: str | None
    region: str | None
    template: str

    @property
    def artifact(self) -> tuple[str, str]:
        """The artifact that the template is in, and its path there."""
        name, _, path = self.template.partition("::")
        return name, path


def deployments(definition: Mapping[str, Any], stage: str) -> list[Deployment]:
    """Return the stacks that ``stage`` deploys. Raises :class:`PageError` where the pipeline has no such stage."""
    named = next((each for each in definition["stages"] if each["name"] == stage), None)
    if named is None:
        raise PageError(f"{definition['name']} has no stage {stage}")
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
    """Reads what stacks become."""

    def __init__(self, clients: Clients, pipeline: str, artifacts: Artifacts) -> None:
        """Read about ``pipeline``."""
        self._clients, self._pipeline, self._artifacts = clients, pipeline, artifacts

    def of(self, execution: str, stage: str) -> list[StackChanges]:
        """Return what each stack of ``stage`` becomes, or became, by ``execution``."""
        codepipeline = self._clients("codepipeline")
        definition = codepipeline.get_pipeline(name=self._pipeline)["pipeline"]
        runs = runs_of(codepipeline, self._pipeline, execution)
        found = latest(runs)
        return [self._stack(each, runs, found.get((stage, each.action))) for each in deployments(definition, stage)]

    def _stack(self, deployment: Deployment, runs: Sequence[Run], run: Run | None) -> StackChanges:
        if run is None:
            return self._by_template(deployment, runs)
        if run.status == RUNNING:
            return _told(deployment, "nothing", note=f"{run.action} is making the change set.")
        if ":changeSet/" not in run.external:
            return _told(deployment, "nothing", note=run.error or f"{run.action} made no change set.")
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
            return _told(deployment, "nothing", note="The change set is gone: a newer execution has replaced it.")
        return _told(deployment, "change set", changes=in_order(changes))

    def _by_template(self, deployment: Deployment, runs: Sequence[Run]) -> StackChanges:
        artifact, path = deployment.artifact
        place = place_of(artifact, runs)
        if place is None:
            return _told(deployment, "nothing", note=f"Known once {artifact} is there; no action has delivered it.")
        wanted = self._artifacts.file(place, path)
        if wanted is None:
            return _told(deployment, "nothing", note=f"{artifact} has no {path}.")
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
            raise PageError(f"{deployment.stack} was deployed from a template that is not JSON; it cannot be compared")
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
