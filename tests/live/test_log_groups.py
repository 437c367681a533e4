"""The log groups of the stack."""

from typing import Any

from tests.live.conftest import EDGE_REGION, Look, Stage
from tests.live.expectation import expect, expect_each

DAYS = {"ONE_WEEK": 7, "ONE_MONTH": 30, "SIX_MONTHS": 180, "ONE_YEAR": 365, "TEN_YEARS": 3653}


def test_every_log_group_is_under_the_key_and_keeps_events_as_promised(
    stage: Stage, resources: dict[str, list[str]], look: Look, key: dict[str, Any]
) -> None:
    names = resources["AWS::Logs::LogGroup"]
    found = log_groups(look("logs"))
    expect("log groups that are gone", found=sorted(set(names) - found.keys()), expected=[])
    for name in names:
        expected = {"kmsKeyId": key["Arn"], "retentionInDays": DAYS[stage.log_retention]}
        expect_each(f"log group {name}", found=found[name], expected=expected)


def test_the_firewall_s_log_is_under_a_key_of_its_region_and_keeps_events_as_promised(stage: Stage, look: Look) -> None:
    name = f"aws-waf-logs-{stage.stack_name}"
    found = log_groups(look("logs", EDGE_REGION)).get(name, {})
    expect(f"retention of {name}", found=found.get("retentionInDays"), expected=DAYS[stage.log_retention])
    key_region = str(found.get("kmsKeyId")).split(":")[3:4]
    expect(f"region of the key of {name}", found=key_region, expected=[EDGE_REGION])


def log_groups(logs: Any) -> dict[str, dict[str, Any]]:
    """Every log group of a region, by name."""
    pages = logs.get_paginator("describe_log_groups").paginate()
    return {group["logGroupName"]: group for page in pages for group in page["logGroups"]}
