import json
import urllib.request
from typing import Any

import pytest

from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer
from cdk_rehearsal.source.announce import TOKEN_HEADER
from cdk_rehearsal.testing.harness import Account, Json, allow, free_port, refused, resource, running

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def recorded(config: EmulatorConfig) -> Json:
    """The records, as the driver reads them."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{config.endpoint}/_rehearsal/access", headers={TOKEN_HEADER: config.token}
    )
    with opener.open(request, timeout=10) as answer:
        found: Json = json.load(answer)
        return found


def asked(account: Account) -> set[tuple[str, ...]]:
    """What the principals of an account asked for: name, action, resource, outcome and count."""
    return {
        (each["principal"].rsplit("/")[-1], each["action"], each["resource"], each["outcome"], str(each["count"]))
        for each in recorded(account.config)["asked"]
        if f":{account.id}:" in each["principal"]
    }


def test_what_a_role_asks_for_is_recorded_once_with_its_outcome_and_count(account: Account) -> None:
    trusted = {"AWS": f"arn:aws:iam::{account.id}:root"}
    deny = {"Effect": "Deny", "Action": "sqs:ListQueues", "Resource": "*"}
    role = account.role("reader", trusted, allow("sns:ListTopics"), deny)
    session = account.session(role)
    for _ in range(2):
        account.client("sns", session).list_topics()
    assert refused(account.client("sqs", session).list_queues)
    assert refused(account.client("sns", session).list_subscriptions)
    account.client("sts", session).get_caller_identity()
    found = {(name, action, outcome, count) for name, action, _, outcome, count in asked(account)}
    assert found == {
        ("reader", "sns:ListTopics", "allowed", "2"),
        ("reader", "sqs:ListQueues", "forbidden", "1"),
        ("reader", "sns:ListSubscriptions", "denied", "1"),
    }


def test_a_user_is_recorded_by_its_own_arn_and_the_accounts_own_credentials_are_not(account: Account) -> None:
    account.client("sns").list_topics()
    assert asked(account) == set()
    account.client("sns", account.user("ann", allow("sns:*"))).list_topics()
    assert {each[:2] for each in asked(account)} == {("ann", "sns:ListTopics")}


def test_what_cloudformation_does_with_its_role_is_recorded_on_types(account: Account) -> None:
    service = {"Service": "cloudformation.amazonaws.com"}
    role = account.role("exec", service, allow(["sns:*", "sqs:DeleteQueue", "lambda:*"]))
    passed = account.role("passed", {"Service": "lambda.amazonaws.com"})
    resources: dict[str, Any] = {
        "Topic": resource("AWS::SNS::Topic"),
        "Queue": resource("AWS::SQS::Queue"),
        "Note": resource("AWS::CDK::Metadata"),
        "Build": resource("AWS::CodeBuild::Project"),
        "Code": resource("AWS::Lambda::Function", {"Role": passed}),
    }
    for name, each in resources.items():
        account.deploy(f"app-{name}".lower(), {name: each}, RoleARN=role)
    found = {each[:4] for each in asked(account)}
    assert ("exec", "sns:CreateTopic", "AWS::SNS::Topic", "allowed") in found
    assert ("exec", "sqs:CreateQueue", "AWS::SQS::Queue", "denied") in found
    assert ("exec", "codebuild:*", "AWS::CodeBuild::Project", "allowed") in found
    assert "AWS::CDK::Metadata" not in {each[2] for each in found}
    assert ("exec", "iam:PassRole", passed, "denied") in found


def test_the_records_survive_a_restart_and_hold_no_more_than_is_known(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = tmp_path_factory.mktemp("records") / "state"
    config = EmulatorConfig(port=free_port(), state_dir=state, postgres=postgres)
    account = Account(config)
    with running(config):
        account.client("sns", account.user("ann", allow("sns:*"))).list_topics()
        before = recorded(config)
    with running(config):
        assert recorded(config) == before
        assert before["left_out"] == 0
        (record,) = before["asked"]
        assert set(record) == {"principal", "action", "resource", "outcome", "count"}
