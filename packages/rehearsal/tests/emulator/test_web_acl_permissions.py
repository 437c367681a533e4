from functools import partial
from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, allow, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

VISIBILITY = {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True}


@pytest.mark.parametrize("scope", ["CLOUDFRONT", "REGIONAL"])
def test_a_policy_on_one_web_acl_s_own_arn_covers_that_one_and_no_other(account: Account, scope: str) -> None:
    root = account.client("wafv2")

    def create(name: str) -> Any:
        acl = {"Name": name, "Scope": scope, "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY}
        return root.create_web_acl(**acl)["Summary"]

    mine, other = create("mine"), create("other")
    waf = account.client("wafv2", account.user("reader", allow("wafv2:GetWebACL", mine["ARN"])))
    assert waf.get_web_acl(Name="mine", Id=mine["Id"], Scope=scope)["WebACL"]["ARN"] == mine["ARN"]
    for name in ("other", "absent"):
        assert refused(partial(waf.get_web_acl, Name=name, Id=other["Id"], Scope=scope)) == "AccessDeniedException"


def test_a_policy_on_every_web_acl_covers_calls_that_name_none(account: Account) -> None:
    waf = account.client("wafv2", account.user("lister", allow("wafv2:ListWebACLs", "*")))
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []
