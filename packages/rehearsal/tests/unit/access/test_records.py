import pytest

from cdk_rehearsal.access.records import Question, Record, Records, records

ROLE = "arn:aws:iam::111111111111:role/build"


def test_a_question_is_kept_once_with_its_count_and_the_order_does_not_depend_on_the_run() -> None:
    kept = Records()
    for action in ("sns:Publish", "s3:GetObject", "sns:Publish"):
        kept.note(ROLE, action, "*", "allowed")
    first, second = kept.save()["asked"]
    assert (first["action"], first["count"]) == ("s3:GetObject", 1)
    assert second == {"principal": ROLE, "action": "sns:Publish", "resource": "*", "outcome": "allowed", "count": 2}


def test_beyond_the_bound_known_questions_count_on_and_new_ones_are_counted_as_left_out() -> None:
    kept = Records(bound=1)
    for action in ("sns:Publish", "s3:GetObject", "s3:PutObject", "sns:Publish"):
        kept.note(ROLE, action, "*", "allowed")
    saved = kept.save()
    assert ([each["count"] for each in saved["asked"]], saved["left_out"]) == ([2], 2)


@pytest.mark.parametrize("left_out", [0, 3])
def test_what_was_saved_is_taken_up_and_counted_on(left_out: int) -> None:
    kept, taken_up = Records(), Records()
    kept.note(ROLE, "sns:Publish", "*", "denied")
    taken_up.load({**kept.save(), "left_out": left_out})
    taken_up.note(ROLE, "sns:Publish", "*", "denied")
    question = Question(principal=ROLE, action="sns:Publish", resource="*", outcome="denied")
    assert records(taken_up.save()["asked"]) == [Record(question=question, count=2)]
    assert taken_up.save()["left_out"] == left_out
    taken_up.load({})
    assert taken_up.save() == {"asked": [], "left_out": 0}
