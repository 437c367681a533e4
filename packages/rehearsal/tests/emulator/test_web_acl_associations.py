import pytest

from cdk_rehearsal.testing.harness import Account, attribute, ref, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

VISIBILITY = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True}
RESOURCES = {
    "Acl": resource(
        "AWS::WAFv2::WebACL",
        {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY, "Rules": []},
    ),
    "Association": resource(
        "AWS::WAFv2::WebACLAssociation",
        {"ResourceArn": "arn:aws:apigateway:us-east-1::/restapis/x/stages/y", "WebACLArn": attribute("Acl", "Arn")},
    ),
}


def test_waf_knows_the_web_acl_of_a_resource_until_the_association_goes(account: Account) -> None:
    account.deploy("waf", RESOURCES, {"Arn": attribute("Acl", "Arn")})
    waf = account.client("wafv2")
    resource_arn = RESOURCES["Association"]["Properties"]["ResourceArn"]
    assert waf.get_web_acl_for_resource(ResourceArn=resource_arn)["WebACL"]["ARN"] == account.outputs("waf")["Arn"]
    account.deploy("waf", {"Acl": RESOURCES["Acl"]}, {"Id": ref("Acl")})
    code = refused(lambda: waf.get_web_acl_for_resource(ResourceArn=resource_arn))
    assert code == "WAFNonexistentItemException"


def test_an_association_with_no_web_acl_fails(account: Account) -> None:
    arn = f"arn:aws:wafv2:us-east-1:{account.id}:regional/webacl/x/00000000-0000-4000-8000-000000000000"
    properties = {**RESOURCES["Association"]["Properties"], "WebACLArn": arn}
    account.deploy("waf", {"Association": resource("AWS::WAFv2::WebACLAssociation", properties)})
    assert "WAFNonexistentItemException" in account.failures("waf")["Association"]
