import pytest

from cdk_rehearsal.testing.harness import Account, Json, allow, attribute, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ELSEWHERE = "eu-west-1"


def output_of(stack: str, name: str, **more: str) -> Json:
    return {"Fn::GetStackOutput": {"StackName": stack, "OutputName": name, **more}}


def publish(account: Account, region: str = ELSEWHERE) -> str:
    """Deploy a stack with a topic in ``region``; the topic's ARN, which is the stack's output."""
    cloudformation = account.client("cloudformation", region=region)
    template: Json = {
        "Resources": {"Topic": resource("AWS::SNS::Topic")},
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
    }
    cloudformation.create_stack(StackName="producer", TemplateBody=str(template).replace("'", '"'))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="producer", WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName="producer")["Stacks"]
    arn: str = stack["Outputs"][0]["OutputValue"]
    return arn


def parameter(value: Json) -> Json:
    return {"Name": resource("AWS::SSM::Parameter", {"Type": "String", "Name": "joined", "Value": value})}


def test_a_stack_takes_an_output_from_another_region(account: Account) -> None:
    topic = publish(account)
    assert f":{ELSEWHERE}:" in topic
    joined = output_of("producer", "Topic", Region=ELSEWHERE)
    account.deploy("consumer", parameter(joined), {"Own": attribute("Name", "Value"), "Passed": joined})
    assert account.client("ssm").get_parameter(Name="joined")["Parameter"]["Value"] == topic
    assert account.outputs("consumer")["Passed"] == topic


def test_without_a_region_it_is_the_stack_s_own(account: Account) -> None:
    topic = publish(account, region="us-east-1")
    account.deploy("consumer", parameter(output_of("producer", "Topic")))
    assert account.client("ssm").get_parameter(Name="joined")["Parameter"]["Value"] == topic


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (output_of("nobody", "Topic", Region=ELSEWHERE), "no output Topic of a stack nobody in eu-west-1"),
        (output_of("producer", "Other", Region=ELSEWHERE), "no output Other of a stack producer in eu-west-1"),
        (output_of("producer", "Topic"), "no output Topic of a stack producer in us-east-1"),
        (output_of("producer", "Topic", RoleArn="arn:aws:iam::1:role/r"), "RoleArn, which reads another account's"),
    ],
)
def test_an_output_that_cannot_be_read_fails_by_name(account: Account, wrong: Json, says: str) -> None:
    publish(account)
    stack = account.deploy("consumer", parameter(wrong))
    assert stack["StackStatus"].startswith("ROLLBACK")
    reasons = [*account.failures("consumer").values(), stack.get("StackStatusReason", "")]
    assert any(says in reason for reason in reasons), reasons


@pytest.mark.parametrize(("named", "status"), [("producer", "CREATE_COMPLETE"), ("another", "ROLLBACK_COMPLETE")])
def test_the_stack_s_role_must_be_allowed_to_read_the_other_stack(account: Account, named: str, status: str) -> None:
    publish(account)
    readable = f"arn:aws:cloudformation:{ELSEWHERE}:{account.id}:stack/{named}/*"
    may_read = [allow("cloudformation:DescribeStacks", readable)]
    role = account.role("execution", {"Service": "cloudformation.amazonaws.com"}, allow("ssm:*"), *may_read)
    joined = output_of("producer", "Topic", Region=ELSEWHERE)
    stack = account.deploy("consumer", parameter(joined), RoleARN=role)
    assert stack["StackStatus"] == status
    if named == "another":
        reasons = [*account.failures("consumer").values(), stack.get("StackStatusReason", "")]
        assert any("cloudformation:DescribeStacks" in reason for reason in reasons), reasons
