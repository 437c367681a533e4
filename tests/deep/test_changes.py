"""The changes in docs/change-it.md can be applied as they are shown, and do what they say."""

import re
from typing import Any

from tests.forms.clones import CHANGES, Copy, documented
from tests.synthesis import ROOT, of_type

PAGE = ROOT / "docs" / "change-it.md"


def test_every_change_is_on_the_page_as_it_is_tested() -> None:
    shown = re.findall(r"\]\(changes/([a-z-]+)\.diff\)", PAGE.read_text())
    assert set(shown) == documented()
    blocks = re.findall(r"```diff\n(.*?)```", PAGE.read_text(), re.DOTALL)
    whole = {"\n".join(hunks(path.read_text())) for path in CHANGES.glob("*.diff")}
    assert [block for block in blocks if "\n".join(hunks(block)) not in whole] == []
    assert len(blocks) >= 4


def hunks(diff: str) -> list[str]:
    """The lines that a diff adds and removes."""
    return [line for line in diff.splitlines() if re.match(r"[+-](?!\+\+ |-- )", line)]


def databases(templates: dict[str, Any]) -> list[str]:
    found = [of_type(template, "AWS::RDS::DBInstance").values() for template in templates.values()]
    return [database["Properties"]["DBInstanceClass"] for databases in found for database in databases]


def test_database_is_resized_in_one_stage(copy: Copy) -> None:
    copy.apply("resize-the-database")
    assert databases(copy.synth()).count("db.m7g.large") == 1


def test_approver_is_added(copy: Copy) -> None:
    copy.apply("add-an-approver")
    subscriptions = of_type(copy.synth()["TapPipeline"], "AWS::SNS::Subscription").values()
    endpoints = [subscription["Properties"]["Endpoint"] for subscription in subscriptions]
    assert endpoints == ["approvers@example.com", "second-approver@example.com"]


def test_one_account_holds_every_stack(copy: Copy) -> None:
    copy.apply("use-one-account")
    copy.synth()
    manifests = "".join(path.read_text() for path in copy.folder.glob("cdk.out/**/manifest.json"))
    assert set(re.findall(r'"aws://(\d+)/', manifests)) == {"111111111111"}


def test_function_is_added_to_every_stage(copy: Copy) -> None:
    copy.apply("add-a-function")
    stages = {stack: template for stack, template in copy.synth().items() if stack.endswith("/Tap")}
    assert stages
    for template in stages.values():
        handlers = [each["Properties"].get("Handler") for each in of_type(template, "AWS::Lambda::Function").values()]
        assert "clock_function.handler.handler" in handlers
    tests = (
        *("tests/unit/function/test_clock.py", "tests/contract/test_logical_ids.py", "tests/contract/test_imports.py"),
        *("tests/unit/tap_stack/test_findings.py", "tests/unit/tap_stack/test_log_groups.py"),
    )
    assert " passed" in copy.run("python", "-m", "pytest", "--quiet", "-p", "no:randomly", *tests)


def test_rule_is_added_with_its_test(copy: Copy) -> None:
    copy.apply("add-a-rule")
    copy.synth()
    tests = ("tests/unit/compliance/test_queues.py", "tests/contract/test_gate.py")
    assert " passed" in copy.run("python", "-m", "pytest", "--quiet", "-p", "no:randomly", *tests)


def test_workload_is_renamed_everywhere(copy: Copy) -> None:
    copy.apply("rename-the-workload")
    copy.synth()
    manifests = "".join(path.read_text() for path in copy.folder.glob("cdk.out/**/manifest.json"))
    names = set(re.findall(r'"stackName": "([^"]+)"', manifests))
    assert names
    assert all(name.endswith("-ledger") for name in names)
    tests = (
        *("tests/contract/test_execution_policies.py", "tests/contract/test_logical_ids.py"),
        *("tests/unit/tap_stack", "tests/unit/pipeline"),
    )
    assert " passed" in copy.run("python", "-m", "pytest", "--quiet", "-p", "no:randomly", *tests)
