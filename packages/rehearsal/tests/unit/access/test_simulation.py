from typing import Any

from cdk_rehearsal.access.simulation import refusals
from cdk_rehearsal.access.targets import Place

APP = Place(stack="app", account="222222222222", region="us-east-1")
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
TEMPLATE = {
    "Resources": {
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"Tags": [{"Key": "a", "Value": "b"}]},
            "Metadata": {"aws:cdk:path": "App/Queue/Resource"},
        },
        "Second": {"Type": "AWS::SQS::Queue"},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": ROLE}},
        "Unknown": {"Type": "AWS::CDK::Metadata"},
    }
}


def allow(actions: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": "*", **more}


def found(*statements: Any) -> list[str]:
    return refusals(APP, TEMPLATE, {"exec.json": {"Statement": list(statements)}})


def to(service: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"iam:PassedToService": service}}}


def test_a_policy_that_allows_all_that_is_needed_is_not_refused() -> None:
    assert found(allow(["sqs:*", "lambda:*"]), allow("iam:PassRole", **to("lambda.amazonaws.com"))) == []
    assert found({"Effect": "Allow", "NotAction": "sns:*", "Resource": "*"}) == []


def test_each_missing_permission_is_one_line_with_stack_path_type_action_and_policy() -> None:
    queue = "app: App/Queue/Resource"
    assert found(allow(["sqs:DeleteQueue", "sqs:SetQueueAttributes", "lambda:*", "iam:PassRole"])) == [
        f"{queue} (and 1 more), AWS::SQS::Queue, needs sqs:CreateQueue to be created; allow it in exec.json",
        f"{queue}, AWS::SQS::Queue, needs sqs:TagQueue to be tagged; allow it in exec.json",
    ]


def test_a_role_is_handed_only_to_the_service_that_the_policy_names() -> None:
    (line,) = found(allow(["sqs:*", "lambda:*"]), allow("iam:PassRole", **to("ec2.amazonaws.com")))
    assert "Function, AWS::Lambda::Function, needs iam:PassRole to hand a role to lambda.amazonaws.com" in line


def test_a_denial_of_everything_beats_what_is_allowed_and_a_narrower_one_is_left_to_the_run() -> None:
    (line,) = found(allow("*"), {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"})
    assert "needs sqs:DeleteQueue to be deleted" in line
    assert found(allow("*"), {"Effect": "Deny", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:other"}) == []
    assert found(allow("*"), {"Effect": "Deny", "Action": "sqs:*", "Resource": "*", **to("ec2.amazonaws.com")}) == []


def test_an_account_without_a_policy_is_refused_as_such() -> None:
    assert refusals(APP, TEMPLATE, {})[0].endswith("allow it in no policy")


def test_a_policy_for_other_names_is_refused_with_the_name_that_is_needed() -> None:
    elsewhere = {**allow("sqs:*"), "Resource": "arn:aws:sqs:eu-west-1:*:*"}
    (line, *_) = found(elsewhere, allow(["lambda:*", "iam:PassRole"]))
    assert line == (
        "app: App/Queue/Resource (and 1 more), AWS::SQS::Queue, needs sqs:CreateQueue on "
        "arn:*:sqs:us-east-1:222222222222:* to be created; allow it in exec.json"
    )
    function = {**allow("lambda:*"), "Resource": "arn:aws:lambda:*:*:function:other-*"}
    (line, *_) = found(function, allow(["sqs:*", "iam:PassRole"]))
    assert (
        "needs lambda:CreateFunction on arn:*:lambda:us-east-1:222222222222:function:app-Function-XXXXXXXXXXXX or"
        in line
    )
    everything_but = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::*"}
    assert found(everything_but) == []
