"""The log groups of the stack."""

from typing import Any

from tests.live.conftest import Look, Stage
from tests.live.expectation import expect, expect_each

DAYS = {"ONE_WEEK": 7, "ONE_MONTH": 30, "SIX_MONTHS": 180, "ONE_YEAR": 365, "TEN_YEARS": 3653}


def test_every_log_group_is_under_the_key_and_keeps_events_as_promised(
    stage: Stage, resources: dict[str, list[str]], look: Look, key: dict[str, Any]
) -> None:
    names = resources["AWS::Logs::LogGroup"]
    pages = look("logs").get_paginator("describe_log_groups").paginate()
    found = {group["logGroupName"]: group for page in pages for group in page["logGroups"]}
    expect("log groups that are gone", found=sorted(set(names) - found.keys()), expected=[])
    for name in names:
        expected = {"kmsKeyId": key["Arn"], "retentionInDays": DAYS[stage.log_retention]}
        expect_each(f"log group {name}", found=found[name], expected=expected)
