"""GetTemplateSummary says which resources of a template can be imported, and by what they are told apart.

``cdk import`` and whoever adopts kept resources ask for it ("ResourceIdentifierSummary", CloudFormation API Reference).
MiniStack leaves it out.
"""
# ruff: noqa: SLF001 - MiniStack's handlers have no public door

from collections import defaultdict
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, helpers

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.answers import Response, xml

END = "</GetTemplateSummaryResult>"

_get_template_summary = handlers._ACTION_HANDLERS["GetTemplateSummary"]


def install(_config: EmulatorConfig) -> None:
    """Answer the action here."""
    handlers._ACTION_HANDLERS["GetTemplateSummary"] = summarise


def summarise(parameters: dict[str, Any]) -> Response:
    """Return MiniStack's answer with the summaries of what can be imported in it."""
    answer: Response = _get_template_summary(parameters)
    status, headers, body = answer
    text = helpers._p(parameters, "TemplateBody")
    if status != 200 or not text:  # noqa: PLR2004 - HTTP's own
        return answer
    whole = body if isinstance(body, str) else body.decode()
    return status, headers, whole.replace(END, _summaries(engine._parse_template(text)) + END).encode()


def _summaries(template: Any) -> str:
    by_type = defaultdict(list)
    for id_, resource in template["Resources"].items():
        by_type[resource["Type"]].append(id_)
    members = [
        {
            "ResourceType": type_,
            "LogicalResourceIds": {"member": ids},
            "ResourceIdentifiers": {"member": list(changesets._IMPORT_LOOKUPS[type_][0])},
        }
        for type_, ids in by_type.items()
        if type_ in changesets._IMPORT_LOOKUPS
    ]
    return xml("ResourceIdentifierSummaries", {"member": members}).decode()
