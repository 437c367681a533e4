from typing import Any

from tests.synthesis import as_list
from tests.unit.tap_stack.workload import Workload

READING = ("Describe", "Filter", "Get", "List", "StartQuery", "StopQuery")
DATA = {"s3:GetObject", "s3:GetObjectVersion", "secretsmanager:GetSecretValue", "kms:Decrypt", "lambda:InvokeFunction"}


def statements(stage: Workload) -> list[Any]:
    (group,) = stage.raw("AWS::IAM::Group")
    policies = stage.of_type("AWS::IAM::ManagedPolicy").values()
    held = [policy for policy in policies if {"Ref": group} in policy.get("Groups", [])]
    return [statement for policy in held for statement in policy["PolicyDocument"]["Statement"]]


def test_operators_read_and_change_nothing(stage: Workload) -> None:
    actions = {action for statement in statements(stage) for action in as_list(statement["Action"])}
    assert actions
    assert all(action.partition(":")[2].startswith(READING) for action in actions)
    assert not any("*" in action for action in actions)


def test_operators_read_no_data(stage: Workload) -> None:
    actions = {action for statement in statements(stage) for action in as_list(statement["Action"])}
    assert actions & DATA == set()


def test_operators_have_signed_in_with_a_second_factor(stage: Workload) -> None:
    assert {str(s["Condition"]) for s in statements(stage)} == {str({"Bool": {"aws:MultiFactorAuthPresent": "true"}})}


def test_operators_read_the_logs_of_every_part(stage: Workload) -> None:
    (reading,) = (s for s in statements(stage) if "logs:FilterLogEvents" in as_list(s["Action"]))
    readable = {resource["Fn::GetAtt"][0] for resource in reading["Resource"]}
    parts = {id_ for id_ in stage.raw("AWS::Logs::LogGroup") if not id_.startswith("ProviderLogs")}
    assert readable == parts
