"""What the world sees: CloudFront behind its web ACL."""

from typing import Any

import pytest

from tests.live.conftest import EDGE_REGION, Look, Stage
from tests.live.expectation import expect, expect_each

MANAGED_RULE_SETS = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]


@pytest.fixture(scope="module")
def distribution(stage: Stage, resources: dict[str, list[str]], look: Look) -> dict[str, Any]:
    (identifier,) = resources["AWS::CloudFront::Distribution"]
    found = look("cloudfront").get_distribution(Id=identifier)["Distribution"]
    expect("domain name", found=found["DomainName"], expected=stage.cloud_front_domain)
    config: dict[str, Any] = found["DistributionConfig"]
    return config


def test_the_distribution_serves_by_https_and_keeps_a_log(distribution: dict[str, Any]) -> None:
    expect_each("distribution", found=distribution, expected={"Enabled": True, "PriceClass": "PriceClass_100"})
    policy = distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"]
    expect("protocol of viewers", found=policy, expected="https-only")
    expect("access log", found=distribution["Logging"]["Enabled"], expected=True)


def test_the_bucket_is_reached_through_origin_access_control(stage: Stage, distribution: dict[str, Any]) -> None:
    (origin,) = distribution["Origins"]["Items"]
    expect("bucket", found=origin["DomainName"].partition(".")[0], expected=stage.s3_bucket_name)
    expect("origin access control", found=bool(origin.get("OriginAccessControlId")), expected=True)


def test_requests_pass_the_managed_rule_sets(distribution: dict[str, Any], look: Look) -> None:
    *_, name, identifier = distribution["WebACLId"].split("/")
    acl = look("wafv2", EDGE_REGION).get_web_acl(Name=name, Id=identifier, Scope="CLOUDFRONT")["WebACL"]
    expect("web ACL of the distribution", found=acl["ARN"], expected=distribution["WebACLId"])
    groups = [rule["Statement"].get("ManagedRuleGroupStatement", {}).get("Name") for rule in acl["Rules"]]
    expect("rule sets", found=groups, expected=MANAGED_RULE_SETS)
    overrides = [rule.get("OverrideAction") for rule in acl["Rules"]]
    expect("overrides, which would count instead of block", found=overrides, expected=[{"None": {}}] * len(groups))
