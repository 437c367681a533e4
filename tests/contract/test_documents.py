"""What the documents tell people to do is what a first deployment needs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stages.profiles import DISPOSABLE, RETAINED
from tests.synthesis import ROOT
from tests.unit.tap_stack.workload import Workload

README = "\n".join((ROOT / "docs" / name).read_text() for name in ("adopt.md", "operate.md"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
BOOTSTRAP = (ROOT / "bootstrap" / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "bootstrap" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
UNRESERVED = 100
"""Concurrent executions that Lambda keeps unreserved ("Configuring reserved concurrency", Lambda Developer Guide)."""
INTERNAL = re.compile(r"\]\((?P<file>[^)#:]*)#(?P<anchor>[^)]+)\)")


def commands(text: str) -> Iterator[str]:
    """Every line of the shell blocks in a document."""
    for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL):
        yield from (line.strip() for line in block.splitlines())


def section(text: str, title: str) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_readme_names_the_quota_that_each_account_needs() -> None:
    # It speaks of the two stages that a fork starts with, which have the profiles as they stand.
    dev, prod = (profile.reserved_concurrency or 0 for profile in (DISPOSABLE, RETAINED))
    needed = f"at least {UNRESERVED + dev} for dev, {UNRESERVED + prod} for prod"
    assert f"{needed}, or {UNRESERVED + dev + prod} for both in one account" in README


@pytest.mark.parametrize("hindrance", ["must be verified before you can add new CloudFront", "RDSOSMetrics", "GetAZs"])
def test_readme_names_what_stops_a_first_deployment(hindrance: str) -> None:
    before = README.partition("Before the first deployment to an account:\n")[2].partition("\n## ")[0]
    assert hindrance in before


def test_settings_are_pushed_before_the_pipeline_is_deployed() -> None:
    steps = section(README, "Steps")
    assert 0 < steps.index("**commit and push** `cdk.json`") < steps.index("cdk deploy TapPipeline")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_cdk_command_is_the_pinned_one(path: Path) -> None:
    bare = [line for line in commands(path.read_text()) if re.search(r"(^|\s)cdk ", line)]
    assert bare == []


def test_bootstrap_protects_an_account_that_is_bootstrapped_already() -> None:
    steps = section(BOOTSTRAP, "Once per account")
    assert 0 < steps.index("/cdk-bootstrap/hnb659fds/version") < steps.index("node_modules/.bin/cdk bootstrap")
    (options,) = commands(section(BOOTSTRAP, "An account that is bootstrapped already"))
    _, qualifier, _, stack = options.split()
    assert re.fullmatch("[a-z0-9]{1,10}", qualifier)
    assert stack == f"CDKToolkit-{qualifier}"
    assert f'"qualifier": "{qualifier}"' in BOOTSTRAP


def test_runbook_lists_what_a_failed_first_deployment_retains(retained_stage: Workload) -> None:
    settings = retained_stage.settings
    text = section(RUNBOOK, "A first deployment to prod failed").replace("prod-tap", settings.stack_name)
    rows = [line.split("|")[1:3] for line in text.splitlines() if "|" in line]
    listed = {path: names for paths, names in rows for path in re.findall("`([^`]+)`", paths) if "/" in path}
    if not settings.enhanced_monitoring:  # another stage in the account and Region has the log group
        del listed["Database/Monitoring/Log"]
    resources = retained_stage.template["Resources"].values()
    retained = [each for each in resources if each.get("DeletionPolicy") == "Retain"]
    assert {retained_stage.path(each) for each in retained} == listed.keys()
    fixed = {
        retained_stage.path(each): each["Properties"].get("LogGroupName")
        or each["Properties"].get("DBInstanceIdentifier")
        for each in retained
    }
    assert {path: re.findall("`([^`]+)`", names) for path, names in listed.items()} == {
        path: [name] if name else [] for path, name in fixed.items()
    }
    (loop,) = [line for line in commands(text) if line.startswith("for ")]
    groups = {name for name in fixed.values() if name} - {settings.stack_name}
    assert set(loop.removesuffix("; do").split()[3:]) - groups <= {"RDSOSMetrics"} - groups
    assert groups <= set(loop.removesuffix("; do").split()[3:])


def test_runbook_leaves_the_database_protected_when_prod_is_torn_down() -> None:
    steps = section(RUNBOOK, "Tear down prod")
    assert "Leave the database's deletion protection on" in steps
    assert "Switch off the stack's termination protection." in steps


def test_readme_says_what_the_deletion_of_dev_leaves() -> None:
    (row,) = [line for line in README.splitlines() if line.startswith("| tear down dev")]
    assert all(left in row for left in ("pending deletion", "service-linked roles", "bootstrap stack", "/aws/rds/"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_link_to_a_section_finds_it(path: Path) -> None:
    for link in INTERNAL.finditer(path.read_text()):
        target = (path.parent / link["file"]).read_text() if link["file"] else path.read_text()
        titles = re.findall(r"^#+ (.+)$", target, flags=re.MULTILINE)
        assert link["anchor"] in {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("tool", ["aws-cdk", "cdk-assets"])
def test_tool_that_the_pipeline_installs_by_version_brings_all_its_dependencies(tool: str) -> None:
    # CDK Pipelines installs them without a lock file: a dependency of theirs would float.
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    found = packages[f"node_modules/{tool}"]
    assert "dependencies" not in found
    assert "optionalDependencies" not in found
    assert not [name for name in packages if name.startswith(f"node_modules/{tool}/node_modules/")]
