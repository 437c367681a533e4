import json
from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, ref, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PREFIX = "/aws/service/ami-amazon-linux-latest/"


@pytest.mark.parametrize("name", ["al2023-ami-kernel-default-x86_64", "al2023-ami-minimal-kernel-6.12-arm64"])
def test_current_image_names_resolve_by_api_parameter_type_and_reference(account: Account, name: str) -> None:
    image = account.client("ssm").get_parameter(Name=PREFIX + name)["Parameter"]["Value"]
    assert image.startswith("ami-")
    resources: dict[str, Any] = {
        "ByType": resource("AWS::SSM::Parameter", {"Type": "String", "Value": ref("Image")}),
        "ByReference": resource(
            "AWS::SSM::Parameter", {"Type": "String", "Value": "{{resolve:ssm:" + PREFIX + name + "}}"}
        ),
    }
    parameter = {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": PREFIX + name}
    template = {"Parameters": {"Image": parameter}, "Resources": resources}
    account.client("cloudformation").create_stack(StackName="images", TemplateBody=json.dumps(template))
    assert account.settled("images")["StackStatus"] == "CREATE_COMPLETE"
    ssm = account.client("ssm")
    for logical_id in resources:
        value = ssm.get_parameter(Name=account.physical_id("images", logical_id))["Parameter"]["Value"]
        assert value == image


def test_a_name_that_aws_does_not_publish_does_not_resolve(account: Account) -> None:
    ssm = account.client("ssm")
    assert refused(lambda: ssm.get_parameter(Name=PREFIX + "al2024-ami-kernel-default-x86_64")) == "ParameterNotFound"
    assert refused(lambda: ssm.get_parameter(Name="/mine")) == "ParameterNotFound"
