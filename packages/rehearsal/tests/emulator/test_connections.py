import pytest

from cdk_rehearsal.testing.harness import Account, allow, attribute, ref, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        ("AWS::CodeConnections::Connection", "codeconnections"),
        ("AWS::CodeStarConnections::Connection", "codestar-connections"),
    ],
)
def test_a_connection_of_a_stack_answers_on_its_own_api(account: Account, kind: str, service: str) -> None:
    resources = {"Connection": resource(kind, {"ConnectionName": "source", "ProviderType": "GitHub"})}
    account.deploy(
        "source", resources, {"Arn": ref("Connection"), "Status": attribute("Connection", "ConnectionStatus")}
    )
    made, connections = account.outputs("source"), account.client(service)
    assert made["Arn"].startswith(f"arn:aws:{service}:us-east-1:{account.id}:connection/")
    found = connections.get_connection(ConnectionArn=made["Arn"])["Connection"]
    assert (found["ConnectionName"], found["OwnerAccountId"]) == ("source", account.id)
    assert (found["ConnectionStatus"], made["Status"]) == ("AVAILABLE", "AVAILABLE")
    resources["Connection"]["Properties"]["Tags"] = [{"Key": "k", "Value": "v"}]
    account.deploy("source", resources)
    assert account.physical_id("source", "Connection") == made["Arn"]
    account.delete("source")
    assert connections.list_connections()["Connections"] == []


def test_a_connection_is_created_listed_and_deleted_by_api_in_its_own_account(account: Account) -> None:
    connections = account.client("codeconnections")
    arn = connections.create_connection(ConnectionName="mine", ProviderType="GitLab")["ConnectionArn"]
    (found,) = connections.list_connections()["Connections"]
    assert (found["ConnectionArn"], found["ProviderType"]) == (arn, "GitLab")
    assert account.other().client("codeconnections").list_connections()["Connections"] == []
    connections.delete_connection(ConnectionArn=arn)
    assert refused(lambda: connections.get_connection(ConnectionArn=arn)) == "ResourceNotFoundException"


def test_only_who_may_use_a_connection_sees_it(account: Account) -> None:
    arn = account.client("codeconnections").create_connection(ConnectionName="c")["ConnectionArn"]
    allowed = account.user("allowed", allow("codeconnections:GetConnection", arn))
    denied = account.user("denied", allow("codeconnections:GetConnection", arn + "x"))
    account.client("codeconnections", allowed).get_connection(ConnectionArn=arn)
    client = account.client("codeconnections", denied)
    assert refused(lambda: client.get_connection(ConnectionArn=arn)) == "AccessDeniedException"


def test_an_operation_that_is_not_emulated_says_so(account: Account) -> None:
    client = account.client("codeconnections")
    assert refused(client.list_repository_links) == "UnknownOperationException"
