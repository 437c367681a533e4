import pytest

from cdk_rehearsal.testing.harness import Account, allow, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_policy_on_a_groups_own_arn_covers_the_group_its_streams_and_no_other_group(account: Account) -> None:
    root = account.client("logs")
    for name in ("mine", "other"):
        root.create_log_group(logGroupName=name)
    arn = f"arn:aws:logs:us-east-1:{account.id}:log-group:mine:*"
    writing = allow(["logs:CreateLogStream", "logs:PutLogEvents", "logs:FilterLogEvents"], arn)
    logs = account.client("logs", account.user("writer", writing))
    logs.create_log_stream(logGroupName="mine", logStreamName="s")
    logs.put_log_events(logGroupName="mine", logStreamName="s", logEvents=[{"timestamp": 1, "message": "m"}])
    logs.filter_log_events(logGroupName="mine")
    assert refused(lambda: logs.create_log_stream(logGroupName="other", logStreamName="s")) == "AccessDeniedException"
    assert refused(logs.describe_log_groups) == "AccessDeniedException"


def test_tagging_is_authorised_on_the_resource_it_names(account: Account) -> None:
    account.client("logs").create_log_group(logGroupName="mine")
    arn = f"arn:aws:logs:us-east-1:{account.id}:log-group:mine"
    logs = account.client("logs", account.user("tagger", allow("logs:TagResource", arn)))
    logs.tag_resource(resourceArn=arn, tags={"team": "tap"})
    assert refused(lambda: logs.list_tags_for_resource(resourceArn=arn)) == "AccessDeniedException"
