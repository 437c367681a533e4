"""Deliveries with other settings than the tests' own: other accounts and Regions, a boundary, another qualifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App

from app import deliver
from stages.table import STAGES
from tests.contract.agreement.contract import Findings, judge
from tests.contract.agreement.policies import Statement
from tests.contract.agreement.stacks import Stack, read_stacks
from tests.contract.test_execution_policies import UNUSED, UNUSED_IN_TOOLS
from tests.synthesis import ADDED_BY_CLI, SETTINGS, committed_context

ONE = "444455556666"
BOUNDARY = "team-boundary"
PLACES = ("tools", *STAGES)
# As bootstrap/README.md describes it.
BOUNDARY_STATEMENTS: list[Statement] = [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:DeleteRolePermissionsBoundary", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:*", "Resource": f"arn:aws:iam::*:policy/{BOUNDARY}"},
]


def configuration(*, one_account: bool, regions: Mapping[str, str], bounded: bool) -> dict[str, Any]:
    """Return settings with the Region in ``regions`` for each of ``PLACES``, in one account or in one per place."""
    accounts = {name: place["account"] for name, place in {"tools": SETTINGS["tools"], **SETTINGS["stages"]}.items()}
    tools, *stages = (
        {"account": ONE if one_account else accounts[place], "region": regions[place]} for place in PLACES
    )
    places = {"tools": tools, "stages": dict(zip(STAGES, stages, strict=True))}
    return {**SETTINGS, **places, **({"permissions_boundary": BOUNDARY} if bounded else {})}


def synthesized(settings: Mapping[str, Any], folder: Path) -> list[Stack]:
    """Return the stacks of a delivery with ``settings``, without the gate, which other tests run."""
    context = {**committed_context(), "delivery": settings, **ADDED_BY_CLI}
    app = App(outdir=str(folder), context=context, analytics_reporting=False, stack_traces=False)
    deliver(app, environ={})
    app.synth()
    return list(read_stacks(folder))


def agreed(stacks: list[Stack], *, bounded: bool) -> Findings:
    """Assert that all policies agree, and that every role has the boundary if ``bounded``; return what was judged."""
    found = judge(
        stacks,
        unused=UNUSED,
        unused_in_tools=UNUSED_IN_TOOLS,
        boundary=BOUNDARY_STATEMENTS if bounded else None,
    )
    # Nobody may remove the boundary from a role: that is what it is for.
    expected = [line for line in found.lines if "boundary does not allow iam:DeleteRolePermissionsBoundary" in line]
    assert found.lines == expected
    assert bool(expected) is bounded
    assert found.seen["resources"] > 180
    roles = [each for stack in stacks for each in stack.of_type("AWS::IAM::Role").values()]
    named = [each for each in roles if each.get("PermissionsBoundary", "").endswith(f":policy/{BOUNDARY}")]
    assert len(named) == (len(roles) if bounded else 0)
    return found


def environments(stacks: list[Stack]) -> set[tuple[str, str]]:
    """Return every account and Region that ``stacks`` deploy to."""
    return {(stack.account, stack.region) for stack in stacks}


def documented(settings: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return every account and Region that bootstrap/README.md says to bootstrap."""
    found = [settings["tools"], *settings["stages"].values()]
    tools, *stages = ((place["account"], place["region"]) for place in found)
    edges = [(account, "us-east-1") for account, region in stages if region != "us-east-1"]
    copies = [(tools[0], region) for _, region in [*stages, *edges]]
    return {tools, *stages, *edges, *copies}
