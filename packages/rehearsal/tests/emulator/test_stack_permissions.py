import json
from functools import partial

import pytest

from cdk_rehearsal.testing.harness import Account, allow, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TEMPLATE = json.dumps(
    {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}}}
)


def test_a_policy_on_one_stack_s_own_arn_covers_that_stack_and_no_other(account: Account) -> None:
    root = account.client("cloudformation")
    ids = {name: root.create_stack(StackName=name, TemplateBody=TEMPLATE)["StackId"] for name in ("mine", "other")}
    may = allow("cloudformation:UpdateTerminationProtection", ids["mine"])
    cloudformation = account.client("cloudformation", account.user("protector", may))

    def protect(stack: str) -> None:
        cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=True)

    protect("mine")
    protect(ids["mine"])
    for stack in ("other", ids["other"], "absent"):
        assert refused(partial(protect, stack)) == "AccessDenied"
    assert root.describe_stacks(StackName="mine")["Stacks"][0]["EnableTerminationProtection"]
