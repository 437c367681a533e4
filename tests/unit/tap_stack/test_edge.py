from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from tap_stack.settings import ViewerDomain
from tap_stack.stack import TapStack
from tests.synthesis import new_app
from tests.unit.tap_stack.workload import Workload

CERTIFICATE = "arn:aws:acm:us-east-1:222222222222:certificate/00000000-0000-4000-8000-000000000000"


def distribution(stage: Workload) -> Any:
    return stage.the("AWS::CloudFront::Distribution")["DistributionConfig"]


def test_viewers_come_by_https_only(stage: Workload) -> None:
    assert distribution(stage)["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert distribution(stage)["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution(stage)["PriceClass"] == "PriceClass_100"


def test_a_stage_with_a_domain_answers_to_it_with_its_certificate(stage: Workload, tmp_path: Path) -> None:
    domain = ViewerDomain(name="tap.example.com", certificate_arn=CERTIFICATE)
    settings = replace(stage.settings, domain=domain)
    scope = cdk.Stage(
        new_app(tmp_path), settings.construct_id, env=cdk.Environment(account=settings.account, region=settings.region)
    )
    stack = TapStack(scope, "Tap", settings=settings)
    (found,) = Template.from_stack(stack).find_resources("AWS::CloudFront::Distribution").values()
    config = found["Properties"]["DistributionConfig"]
    assert config["Aliases"] == ["tap.example.com"]
    assert config["ViewerCertificate"] == {
        "AcmCertificateArn": CERTIFICATE,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }


def test_the_bucket_is_reached_through_origin_access_control_by_this_distribution_only(stage: Workload) -> None:
    (origin,) = distribution(stage)["Origins"]
    assert stage.the("AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]["SigningBehavior"] == "always"
    control = next(iter(stage.raw("AWS::CloudFront::OriginAccessControl")))
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": [control, "Id"]}
    statements = stage.the("AWS::S3::BucketPolicy", "Storage/Data")["PolicyDocument"]["Statement"]
    (reading,) = (s for s in statements if s["Principal"] == {"Service": "cloudfront.amazonaws.com"})
    assert reading["Action"] == "s3:GetObject"
    own = {"Ref": next(iter(stage.raw("AWS::CloudFront::Distribution")))}
    assert reading["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Join"][1][-1] == own


def test_what_the_function_writes_is_not_shown(stage: Workload) -> None:
    (origin,) = distribution(stage)["Origins"]
    written = stage.the("AWS::Lambda::Function", "Function/Handler")["Environment"]["Variables"]["RECEIPT_KEY"]
    assert origin["OriginPath"] == "/public"
    assert not f"/{written}".startswith(origin["OriginPath"])


def test_requests_pass_the_two_managed_rule_sets(stage: Workload) -> None:
    (id_, acl), *others = stage.of_type("AWS::WAFv2::WebACL").items()
    assert others == []
    assert distribution(stage)["WebACLId"] == {"Fn::GetAtt": [id_, "Arn"]}
    assert acl["Scope"] == "CLOUDFRONT"
    groups = [rule["Statement"]["ManagedRuleGroupStatement"] for rule in acl["Rules"]]
    assert groups == [
        {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"},
        {"VendorName": "AWS", "Name": "AWSManagedRulesKnownBadInputsRuleSet"},
    ]
    # Anything else than None would count instead of block.
    assert [rule["OverrideAction"] for rule in acl["Rules"]] == [{"None": {}}] * 2


def test_requests_are_logged_by_cloudfront_and_by_the_web_acl(stage: Workload) -> None:
    (log_bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Logs")
    assert distribution(stage)["Logging"]["Bucket"] == {"Fn::GetAtt": [log_bucket, "RegionalDomainName"]}
    assert stage.the("AWS::S3::Bucket", "Storage/Logs")["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerPreferred"}
    ]
    logging = stage.the("AWS::WAFv2::LoggingConfiguration")
    group = stage.the("AWS::Logs::LogGroup", "Edge/WebAcl/Log")["LogGroupName"]
    settings = stage.settings
    destination = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:{group}"
    assert logging["LogDestinationConfigs"] == [destination]
    assert group.startswith("aws-waf-logs-")


def test_the_web_acl_s_log_holds_no_credentials(stage: Workload) -> None:
    redacted = stage.the("AWS::WAFv2::LoggingConfiguration")["RedactedFields"]
    assert redacted == [{"SingleHeader": {"Name": "authorization"}}, {"SingleHeader": {"Name": "cookie"}}]


def test_sanctioned_countries_are_not_served(stage: Workload) -> None:
    restriction = distribution(stage)["Restrictions"]["GeoRestriction"]
    assert restriction == {"RestrictionType": "blacklist", "Locations": ["CU", "IR", "KP"]}
