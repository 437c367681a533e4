from typing import Any

from cdk_rehearsal.access.records import Question, Record
from cdk_rehearsal.access.report import VERSION, compare

ROLE = "arn:aws:iam::111111111111:role/build"
BUCKET = "arn:aws:s3:::artifacts"


def allow(actions: Any, resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def asked(action: str, resource: str, outcome: str = "allowed", count: int = 1) -> Record:
    return Record(
        question=Question(principal=ROLE, action=action, resource=resource, outcome=outcome),
        count=count,
    )


def found(statements: Any, *records: Record) -> dict[str, Any]:
    """What the comparison says of a role with one policy."""
    report = compare({ROLE: {"inline": {"Statement": statements}}}, records, left_out=0)
    (principal,) = report["principals"]
    assert principal["principal"] == ROLE
    return dict(principal)


def test_what_was_used_names_its_resource_its_count_and_the_policy_that_grants_it() -> None:
    said = found(allow("s3:GetObject", f"{BUCKET}/*"), asked("s3:GetObject", f"{BUCKET}/key", count=3))
    assert said["used"] == [
        {"action": "s3:GetObject", "resource": f"{BUCKET}/key", "count": 3, "granted_by": ["inline"]}
    ]
    assert said["unused"] == []


def test_an_action_that_no_policy_of_the_role_grants_was_granted_by_the_resource() -> None:
    said = found(allow("sns:Publish", "arn:a"), asked("s3:GetObject", f"{BUCKET}/key"))
    assert said["used"][0]["granted_by"] == []


def test_a_statement_of_which_nothing_was_used_has_no_narrower_one() -> None:
    (grant,) = found([allow("sns:Publish")])["unused"]
    assert (grant["unused_actions"], grant["unused_resources"]) == (["sns:Publish"], ["*"])
    assert grant["narrower"] is None


def test_the_narrower_statement_keeps_conditions_and_the_patterns_that_were_met_and_names_concrete_actions() -> None:
    condition = {"StringEquals": {"aws:ResourceAccount": "1"}}
    wide = allow(["s3:get*", "s3:PutObject"], [f"{BUCKET}/*", "arn:aws:s3:::other/*"], Sid="Files", Condition=condition)
    (grant,) = found([wide], asked("s3:GetObject", f"{BUCKET}/a"), asked("s3:GetBucketAcl", f"{BUCKET}/b"))["unused"]
    assert grant["statement"] == wide
    assert (grant["unused_actions"], grant["unused_resources"]) == (["s3:PutObject"], ["arn:aws:s3:::other/*"])
    assert grant["narrower"] == {
        "Effect": "Allow",
        "Action": ["s3:GetBucketAcl", "s3:GetObject"],
        "Resource": [f"{BUCKET}/*"],
        "Sid": "Files",
        "Condition": condition,
    }


def test_a_wildcard_that_was_used_is_told_as_the_concrete_actions() -> None:
    (grant,) = found(allow("sns:*"), asked("sns:Publish", "arn:a"))["unused"]
    assert (grant["unused_actions"], grant["narrower"]) == ([], allow(["sns:Publish"], ["*"]))


def test_on_a_resource_that_is_not_known_every_pattern_may_have_been_needed() -> None:
    said = found(allow("sns:ListTopics", ["arn:a", "arn:b"]), asked("sns:ListTopics", "*"))
    assert said["unused"] == []


def test_for_what_cloudformation_made_all_that_its_type_may_need_counts_as_used() -> None:
    policy = allow(["sns:CreateTopic", "sns:DeleteTopic", "sns:TagResource", "sqs:CreateQueue"])
    said = found(policy, asked("sns:CreateTopic", "AWS::SNS::Topic"))
    assert said["used"][0]["granted_by"] == ["inline"]
    (grant,) = said["unused"]
    assert grant["unused_actions"] == ["sqs:CreateQueue"]
    assert grant["narrower"]["Action"] == ["sns:CreateTopic", "sns:DeleteTopic", "sns:TagResource"]


def test_of_a_type_whose_needs_are_not_listed_all_of_its_service_counts_as_used_and_stays_as_it_is() -> None:
    made = asked("codebuild:*", "AWS::CodeBuild::Project")
    wide = allow(["codebuild:*", "codebuild:CreateProject", "sqs:*"])
    (grant,) = found(wide, made)["unused"]
    assert grant["unused_actions"] == ["sqs:*"]
    assert grant["narrower"] == allow(["codebuild:*", "codebuild:CreateProject"], ["*"])
    assert found(allow(["codebuild:CreateProject"], "arn:a"), made)["unused"] == []
    (grant,) = found(allow("*"), made)["unused"]
    assert grant["narrower"] == allow(["codebuild:*"], ["*"])


def test_statements_that_name_what_they_do_not_grant_are_read_as_such() -> None:
    other = {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}
    (grant,) = found(other, asked("sns:Publish", "arn:a"), asked("iam:PassRole", "arn:b"))["unused"]
    assert grant["narrower"] == allow(["sns:Publish"], ["*"])
    elsewhere = {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:secret"}
    assert found(elsewhere, asked("sns:Publish", "arn:a"))["unused"] == []
    (grant,) = found(elsewhere, asked("sns:Publish", "arn:secret"))["unused"]
    assert grant["narrower"] is None
    assert found(elsewhere, asked("sns:Publish", "*"))["unused"] == []


def test_a_denial_is_told_with_the_statement_that_would_allow_it_unless_another_denies_it() -> None:
    deny = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"}
    said = found(
        [deny],
        asked("s3:PutObject", f"{BUCKET}/a", "denied"),
        asked("sns:Publish", "arn:a", "forbidden"),
        asked("sqs:CreateQueue", "AWS::SQS::Queue", "denied", 2),
    )
    assert [(each["action"], each["outcome"], each["statement"]) for each in said["denied"]] == [
        ("s3:PutObject", "denied", {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{BUCKET}/a"}),
        ("sns:Publish", "forbidden", None),
        ("sqs:CreateQueue", "denied", {"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*"}),
    ]
    assert (said["used"], said["unused"]) == ([], [])


def test_the_order_depends_on_names_alone_and_who_has_no_role_is_told_too() -> None:
    question = Question(principal="arn:aws:iam::111111111111:user/ann", action="a:B", resource="*", outcome="allowed")
    record = Record(question=question, count=1)
    records = [record, asked("sns:Publish", "arn:a"), asked("s3:GetObject", "arn:b")]
    first = compare({ROLE: {}}, records, left_out=2)
    assert first == compare({ROLE: {}}, records[::-1], left_out=2)
    assert (first["version"], first["left_out"]) == (VERSION, 2)
    assert [each["principal"] for each in first["principals"]] == [ROLE, question.principal]
    assert [each["action"] for each in first["principals"][0]["used"]] == ["s3:GetObject", "sns:Publish"]
