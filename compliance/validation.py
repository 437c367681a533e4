"""CDK's own validation of templates, run once per content.

aws-cdk-lib validates every template on every synth with an engine in WebAssembly, which takes a third of the whole
synth. Its answer depends on the templates, their accounts and Regions, and on its own version alone.

The library adds an instance of the validator unless one is registered or ``CDK_VALIDATION`` is ``false``. Creating an
instance is the slow part, so ours can't derive from the library's class: ``cdk.json`` sets the variable for the app,
and the app then registers :class:`CachedValidation`, which creates the library's validator only to ask it. Findings and
acknowledgements belong to a plugin by its name, which is the same.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import jsii
from aws_cdk import (
    CloudFormationValidatePlugin,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from compliance.cache import AnswerCache, file_digest, installed
from compliance.names import CLOUDFORMATION

SWITCH: Final = "CDK_VALIDATION"
OFF: Final = "false"
"""The variable and value that keep the library from adding its validator (aws-cdk-lib, defaultValidationEnabled)."""


@jsii.implements(IPolicyValidationPlugin)
class CachedValidation:
    """The library's validator, asked only for what is not in ``cache``."""

    def __init__(self, *, cache: AnswerCache) -> None:
        """Create the plugin, but not yet the validator."""
        self._cache = cache
        self._version: str | None = None

    @property
    def name(self) -> str:
        """What the report calls the plugin: the same as the library's."""
        return CLOUDFORMATION

    @property
    def version(self) -> str | None:
        """The validator's own version, once it has answered; the library reads it after :meth:`validate`."""
        return self._version

    @property
    def rule_ids(self) -> None:
        """None: to list them, the library would have to create its validator."""

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Return the validator's report on every template of the app."""
        stacks = context.stack_templates
        question = {
            "validator": installed("aws-cdk-lib"),
            "stacks": [
                {
                    "path": stack.stack_construct_path,
                    "account": stack.account_id,
                    "region": stack.region,
                    "template": file_digest(Path(stack.template_path)),
                }
                for stack in stacks
            ],
        }
        paths = [stack.template_path for stack in stacks]
        answer = self._cache.get(question)
        if answer is None:
            validator = CloudFormationValidatePlugin()
            answer = {"version": validator.version, **_answer(validator.validate(context), paths)}
            if not any(path in str(answer) for path in paths):
                self._cache.put(question, answer)
        self._version = answer["version"]
        return _report(answer, paths)


def _answer(report: PolicyValidationPluginReport, paths: list[str]) -> dict[str, Any]:
    """Return ``report`` as JSON can hold it, with the place of a template in ``paths`` instead of its path."""
    return {
        "success": report.success,
        "violations": [
            {
                "rule_name": violation.rule_name,
                "description": violation.description,
                "severity": violation.severity,
                "fix": violation.fix,
                "rule_metadata": violation.rule_metadata,
                "violating_resources": [
                    {
                        "resource_logical_id": resource.resource_logical_id,
                        "construct_path": resource.construct_path,
                        "locations": resource.locations,
                        "template": paths.index(cast("str", resource.template_path)),
                    }
                    for resource in violation.violating_resources
                ],
            }
            for violation in report.violations
        ],
    }


def _report(answer: Mapping[str, Any], paths: list[str]) -> PolicyValidationPluginReport:
    violations = [
        PolicyViolation(
            **{
                **violation,
                "violating_resources": [
                    PolicyViolatingResource(
                        resource_logical_id=resource["resource_logical_id"],
                        construct_path=resource["construct_path"],
                        locations=resource["locations"],
                        template_path=paths[resource["template"]],
                    )
                    for resource in violation["violating_resources"]
                ],
            }
        )
        for violation in answer["violations"]
    ]
    return PolicyValidationPluginReport(success=answer["success"], violations=violations)
