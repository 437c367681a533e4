"""CDK's own validation answers the same from the cache, and is asked again when anything changes."""

from pathlib import Path
from typing import Any, cast

import pytest
from aws_cdk import (
    IPolicyValidationContext,
    PolicyValidationPluginReport,
    PolicyValidationStack,
    PolicyViolatingResource,
    PolicyViolation,
)

from compliance import validation
from compliance.cache import AnswerCache
from compliance.validation import CachedValidation


class Context:
    """What the library hands to a plugin, for one stack."""

    def __init__(self, folder: Path, *, template: str = "{}", region: str | None = None, path: str = "App") -> None:
        folder.mkdir(exist_ok=True)
        file = folder / "App.template.json"
        file.write_text(template)
        self.stack_templates = [
            PolicyValidationStack(
                stack_construct_path=path, template_path=str(file), account_id="111111111111", region=region
            )
        ]


class Library:
    """Stands in for the library's validator; counts how often it is asked."""

    asked = 0
    description = "not allowed"
    version = "1.2.3"

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        Library.asked += 1
        place = PolicyViolatingResource(
            resource_logical_id="Group",
            template_path=context.stack_templates[0].template_path,
            locations=["Properties.NoSuchProperty"],
        )
        whole = PolicyViolatingResource(
            construct_path="App", template_path=context.stack_templates[0].template_path, locations=[]
        )
        violation = PolicyViolation(
            rule_name="F3002",
            description=self.description,
            severity="error",
            fix="remove it",
            rule_metadata={"category": "schema"},
            violating_resources=[place, whole],
        )
        return PolicyValidationPluginReport(success=False, violations=[violation])


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "CloudFormationValidatePlugin", Library)
    monkeypatch.setattr(Library, "asked", 0)


def validated(cache: Path | None, context: Context) -> PolicyValidationPluginReport:
    plugin = CachedValidation(cache=AnswerCache(folder=cache))
    return plugin.validate(cast("IPolicyValidationContext", context))


def test_report_from_the_cache_equals_the_librarys_in_every_field(tmp_path: Path) -> None:
    context = Context(tmp_path / "out")
    theirs = Library().validate(cast("IPolicyValidationContext", context))
    ours = [validated(tmp_path / "cache", context) for _ in range(2)]
    assert ours == [theirs, theirs]
    assert Library.asked == 2


def test_plugin_has_the_validators_version_from_the_cache_too(tmp_path: Path) -> None:
    for _ in range(2):
        plugin = CachedValidation(cache=AnswerCache(folder=tmp_path / "cache"))
        plugin.validate(cast("IPolicyValidationContext", Context(tmp_path / "out")))
        assert plugin.version == "1.2.3"
    assert Library.asked == 1


def test_cached_report_names_the_templates_of_the_current_assembly(tmp_path: Path) -> None:
    validated(tmp_path / "cache", Context(tmp_path / "one"))
    report = validated(tmp_path / "cache", Context(tmp_path / "other"))
    assert Library.asked == 1
    assert {place.template_path for found in report.violations for place in found.violating_resources} == {
        str(tmp_path / "other" / "App.template.json")
    }


@pytest.mark.parametrize("change", [{"template": '{"Resources": {}}'}, {"region": "eu-west-1"}, {"path": "Other"}])
def test_library_is_asked_again_when_a_stack_changes(change: dict[str, Any], tmp_path: Path) -> None:
    validated(tmp_path / "cache", Context(tmp_path / "out"))
    validated(tmp_path / "cache", Context(tmp_path / "out", **change))
    assert Library.asked == 2


def test_library_is_asked_again_when_its_version_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(tmp_path / "out")
    for version in ("1", "2"):
        monkeypatch.setattr(validation, "installed", {"aws-cdk-lib": version}.__getitem__)
        validated(tmp_path / "cache", context)
    assert Library.asked == 2


def test_library_is_asked_every_time_without_a_cache(tmp_path: Path) -> None:
    context = Context(tmp_path / "out")
    assert validated(None, context) == validated(None, context)
    assert Library.asked == 2


def test_answer_that_names_a_folder_of_this_synth_is_not_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "description", f"in {tmp_path / 'out' / 'App.template.json'}")
    for _ in range(2):
        validated(tmp_path / "cache", Context(tmp_path / "out"))
    assert Library.asked == 2


def test_plugin_has_the_name_that_acknowledgements_use() -> None:
    plugin = CachedValidation(cache=AnswerCache(folder=None))
    assert (plugin.name, plugin.version, plugin.rule_ids) == ("CloudFormation Validate", None, None)
