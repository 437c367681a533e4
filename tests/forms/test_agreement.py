"""In every configuration the policies agree, and the documents name every account and Region to bootstrap."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from pipeline.errors import SettingsError
from pipeline.reading import read_settings
from pipeline.stack import PipelineStack
from pipeline.toolchain import read_toolchain
from stages.build import stage_settings
from stages.table import STAGES
from tests.contract.agreement.contract import deployer, judge
from tests.contract.agreement.key_uses import KEY_USES
from tests.contract.agreement.policies import Request, Statement, allows
from tests.contract.agreement.stacks import Stack, read_stacks
from tests.contract.test_execution_policies import UNUSED, UNUSED_IN_TOOLS
from tests.synthesis import ADDED_BY_CLI, ROOT, SETTINGS, committed_context

ONE = "444455556666"
BOUNDARY = "team-boundary"
REGIONS = ("us-east-1", "eu-west-1")
PLACES = ("tools", *STAGES)
# As bootstrap/README.md describes it.
BOUNDARY_STATEMENTS: list[Statement] = [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:DeleteRolePermissionsBoundary", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:*", "Resource": f"arn:aws:iam::*:policy/{BOUNDARY}"},
]


def configuration(*, one_account: bool, regions: dict[str, str], bounded: bool) -> dict[str, Any]:
    accounts = {name: place["account"] for name, place in {"tools": SETTINGS["tools"], **SETTINGS["stages"]}.items()}
    tools, *stages = (
        {"account": ONE if one_account else accounts[place], "region": regions[place]} for place in PLACES
    )
    places = {"tools": tools, "stages": dict(zip(STAGES, stages, strict=True))}
    return {**SETTINGS, **places, **({"permissions_boundary": BOUNDARY} if bounded else {})}


def synthesised(settings: dict[str, Any], folder: Path, **context: Any) -> list[Stack]:
    """The stacks by these settings; the gate has judged the templates elsewhere."""
    whole = {**committed_context(), "delivery": settings, **ADDED_BY_CLI, **context}
    app = App(outdir=str(folder), context=whole, analytics_reporting=False, stack_traces=False)
    read = read_settings(context=settings, environ={}, rows=STAGES)
    stages = stage_settings(read.ordered_stages, tools_account=read.tools.account, table=STAGES)
    PipelineStack(app, "TapPipeline", settings=read, stages=stages, toolchain=read_toolchain(ROOT / "package.json"))
    app.synth()
    return list(read_stacks(folder))


@pytest.mark.parametrize(
    ("one_account", "region", "bounded"), list(itertools.product((False, True), REGIONS, (False, True)))
)
def test_policies_agree_in_every_configuration(
    one_account: bool,  # noqa: FBT001 - a row of the table
    region: str,
    bounded: bool,  # noqa: FBT001 - a row of the table
    tmp_path: Path,
) -> None:
    regions = dict.fromkeys(PLACES, region)
    settings = configuration(one_account=one_account, regions=regions, bounded=bounded)
    stacks = synthesised(settings, tmp_path)
    boundary = BOUNDARY_STATEMENTS if bounded else None
    found = judge(stacks, unused=UNUSED, unused_in_tools=UNUSED_IN_TOOLS, boundary=boundary)
    # Nobody takes the boundary off a role: that is what it is for.
    expected = [line for line in found.lines if "boundary does not allow iam:DeleteRolePermissionsBoundary" in line]
    assert found.lines == expected
    assert bool(expected) is bounded
    assert len(stacks) == (1 + len(STAGES) if region == "us-east-1" else 2 + 2 * len(STAGES))
    assert found.seen["resources"] > 180
    roles = [each for stack in stacks for each in stack.of_type("AWS::IAM::Role").values()]
    named = [each for each in roles if each.get("PermissionsBoundary", "").endswith(f":policy/{BOUNDARY}")]
    assert len(named) == (len(roles) if bounded else 0)
    assert environments(stacks) == documented(settings)
    if region != "us-east-1":
        assert [row for row in KEY_USES if row not in found.used and row.kind != "AWS::CodePipeline::Pipeline"] == []


@pytest.mark.parametrize("region", ["eu-south-1", "me-south-1", "cn-north-1", "us-gov-west-1"])
def test_configuration_that_can_t_work_is_rejected_before_synthesis(region: str) -> None:
    settings = configuration(one_account=True, regions=dict.fromkeys(PLACES, region), bounded=False)
    with pytest.raises(SettingsError) as error:
        read_settings(context=settings, environ={}, rows=STAGES)
    assert len(str(error.value).splitlines()) == len(PLACES)


def environments(stacks: list[Stack]) -> set[tuple[str, str]]:
    return {(stack.account, stack.region) for stack in stacks}


def documented(settings: dict[str, Any]) -> set[tuple[str, str]]:
    """Every account and Region that bootstrap/README.md says to bootstrap."""
    found = [settings["tools"], *settings["stages"].values()]
    places = [(place["account"], place["region"]) for place in found]
    _, *stages = places
    edges = [(account, "us-east-1") for account, region in stages if region != "us-east-1"]
    copies = [(settings["tools"]["account"], region) for _, region in [*stages, *edges]]
    return {*places, *edges, *copies}


def test_bootstrap_document_says_what_three_regions_need(tmp_path: Path) -> None:
    text = (ROOT / "bootstrap" / "README.md").read_text()
    assert "A stage in a Region other than us-east-1: bootstrap its account there and in us-east-1" in text
    assert "Tools: bootstrap it in its own Region and in every Region that a stage deploys to" in text
    regions = {"tools": "eu-west-1", **dict.fromkeys(STAGES, "eu-central-1")}
    settings = configuration(one_account=False, regions=regions, bounded=False)
    stacks = synthesised(settings, tmp_path)
    assert environments(stacks) == documented(settings)
    assert ("111111111111", "us-east-1") in documented(settings)


def test_bootstrap_of_another_qualifier_is_used_throughout(tmp_path: Path) -> None:
    settings = configuration(one_account=False, regions=dict.fromkeys(PLACES, "eu-west-1"), bounded=False)
    qualifier = "tapdeliver"
    stacks = synthesised(settings, tmp_path, **{"@aws-cdk/core:bootstrapQualifier": qualifier})
    files = [path for path in tmp_path.rglob("*.json") if not path.name.startswith("tree")]
    assert [path.name for path in files if "hnb659fds" in path.read_text()] == []
    for stack in stacks:
        version = f"arn:aws:ssm:{stack.region}:{stack.account}:parameter/cdk-bootstrap/{qualifier}/version"
        if "support" not in stack.name:  # the library's, which reads no parameter
            assert f"/cdk-bootstrap/{qualifier}/version" in json.dumps(stack.template["Parameters"])
        files_of = ("tools",) if stack.account == "111111111111" else ("stage-access",)
        assert allows(deployer(files_of), Request(action="ssm:GetParameters", resource=version))
    code = f"arn:aws:s3:::cdk-{qualifier}-assets-222222222222-eu-west-1/a.zip"
    assert allows(deployer(("stage-access",)), Request(action="s3:GetObject", resource=code))
