from tests.synthesis import as_list
from tests.unit.tap_stack.workload import Workload


def test_an_event_that_the_function_could_not_handle_is_kept_for_two_weeks(stage: Workload) -> None:
    (queue,) = stage.ids("AWS::SQS::Queue", "DeadLetters/Queue")
    function = stage.the("AWS::Lambda::Function", "Function/Handler")
    assert function["DeadLetterConfig"] == {"TargetArn": {"Fn::GetAtt": [queue, "Arn"]}}
    assert stage.the("AWS::SQS::Queue")["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_what_is_kept_is_encrypted_with_the_key_and_travels_under_tls_alone(stage: Workload) -> None:
    assert stage.the("AWS::SQS::Queue")["KmsMasterKeyId"] == stage.key()
    (statement,) = stage.the("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_function_may_send_there_before_it_is_made(stage: Workload) -> None:
    (queue,) = stage.ids("AWS::SQS::Queue", "DeadLetters/Queue")
    (policy_id,) = stage.ids("AWS::IAM::ManagedPolicy", "DeadLetters/Send")
    policy = stage.of_type("AWS::IAM::ManagedPolicy")[policy_id]
    allowed = {a: s["Resource"] for s in policy["PolicyDocument"]["Statement"] for a in as_list(s["Action"])}
    assert allowed["sqs:SendMessage"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert policy["Roles"] == [{"Ref": stage.ids("AWS::IAM::Role", "Function/Access/Role")[0]}]
    (function,) = (r for r in stage.raw("AWS::Lambda::Function").values() if stage.path(r) == "Function/Handler")
    assert policy_id in function["DependsOn"]


def test_a_queue_s_policy_lives_as_long_as_the_queue(stage: Workload) -> None:
    kinds = [next(iter(stage.raw(f"AWS::SQS::{kind}").values())) for kind in ("Queue", "QueuePolicy")]
    assert len({(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in kinds}) == 1
