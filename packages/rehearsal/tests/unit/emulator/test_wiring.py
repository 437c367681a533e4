"""The facade for extensions, on MiniStack's registries in this process; each test acts for an account of its own."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from typing import Any

import ministack.app
import pytest
from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import iam, sts
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.wiring import resources
from cdk_rehearsal.emulator.wiring.sessions import trusts

REGION = "eu-west-1"


@pytest.fixture
def account() -> Iterator[str]:
    number = f"{uuid.uuid4().int % 10**11:012d}"
    with hooks.scope(number, REGION):
        yield number


@pytest.fixture(autouse=True)
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let registrations last no longer than a test."""
    for owner, name in (
        (provisioners, "_RESOURCE_HANDLERS"),
        (provisioners, "_REPLACING_PROPERTIES"),
        (provisioners, "_STACK_TAG_PROPERTY"),
        (router, "SERVICE_PATTERNS"),
        (iam_actions, "SERVICE_TO_IAM_NAMESPACE"),
        (ministack.app, "SERVICE_HANDLERS"),
        (ministack.app, "_state_map"),
        (ministack.app, "_loaded_modules"),
    ):
        monkeypatch.setattr(owner, name, dict(getattr(owner, name)))
    monkeypatch.setattr(resources, "_blocking", set())


def call(service: str, operation: str, payload: Any) -> tuple[int, Any]:
    handler = ministack.app.SERVICE_HANDLERS[service]
    headers = {"x-amz-target": f"Thing_20200101.{operation}"}
    status, _, body = asyncio.run(handler("POST", "/", headers, json.dumps(payload).encode(), {}))
    return status, json.loads(body)


def echo(request: hooks.Call) -> hooks.Json:
    return {"operation": request.operation, "account": request.account, "region": request.region, **request.payload}


def refuse(_request: hooks.Call) -> hooks.Json:
    raise hooks.ServiceError("ThingNotFoundException", "no such thing", 404)


def register() -> None:
    hooks.register_service(
        "thing",
        target_prefixes=["Thing_20200101"],
        operations={"Echo": echo, "Refuse": refuse},
        resource_arn=lambda request: f"arn:aws:thing:{request.region}:{request.account}:{request.payload['name']}",
        iam_namespace="things",
    )


def test_a_registered_service_is_routed_named_to_iam_and_answers_for_the_caller(account: str) -> None:
    register()
    headers = {"x-amz-target": "Thing_20200101.Echo"}
    assert router.detect_service("POST", "/", headers, {}) == "thing"
    assert iam_actions.extract_iam_action("thing", "POST", "/", headers, b"{}", {}) == "things:Echo"
    answer = {"operation": "Echo", "account": account, "region": REGION, "name": "n"}
    assert call("thing", "Echo", {"name": "n"}) == (200, answer)


def test_a_call_is_authorised_on_the_resource_it_names_and_on_any_when_it_names_none(account: str) -> None:
    register()

    def resource(body: bytes) -> str:
        headers = {"x-amz-target": "Thing_20200101.Echo"}
        return str(iam_actions.extract_resource_arn("thing", "POST", "/", headers, body, {}, REGION, account))

    assert resource(b'{"name": "n"}') == f"arn:aws:thing:{REGION}:{account}:n"
    assert resource(b"{}") == "*"
    assert resource(b"not json") == "*"


def test_an_error_of_a_service_is_its_answer_and_an_unknown_operation_is_one(account: str) -> None:
    register()
    status, answer = call("thing", "Refuse", {})
    assert (status, answer["__type"], answer["message"]) == (404, "ThingNotFoundException", "no such thing")
    status, answer = call("thing", "Invent", {})
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_an_extended_service_answers_anew_only_what_was_asked_of_it(account: str) -> None:
    register()
    hooks.extend_service("thing", {"Echo": lambda request: {"changed": request.payload["name"]}})
    assert call("thing", "Echo", {"name": "n"}) == (200, {"changed": "n"})
    assert call("thing", "Refuse", {})[0] == 404
    hooks.extend_service("thing", {}, resource_arn=lambda _request: "arn:aws:thing:::fixed")
    headers = {"x-amz-target": "Thing_20200101.Echo"}
    found = iam_actions.extract_resource_arn("thing", "POST", "/", headers, b"{}", {}, REGION, account)
    assert found == "arn:aws:thing:::fixed"


class Provider:
    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        return hooks.Resource(f"{request.stack}/{request.logical_id}", {"Size": request.properties["Size"]})

    def update(self, resource_id: str, previous: hooks.Properties, request: hooks.ResourceRequest) -> hooks.Resource:
        return hooks.Resource(resource_id, {"Was": previous["Size"], "Size": request.properties["Size"]})

    def delete(self, resource_id: str, properties: hooks.Properties) -> None:
        raise ValueError(f"{resource_id} of {properties['Size']} is gone")


def test_a_registered_type_is_made_changed_and_removed_through_its_provider(account: str) -> None:
    hooks.register_resource_type("AWS::Thing::Thing", Provider(), create_only=("Name",), tags="map", blocking=True)
    handler = provisioners._RESOURCE_HANDLERS["AWS::Thing::Thing"]
    assert handler["create"]("Thing", {"Size": 1}, "stack") == ("stack/Thing", {"Size": 1})
    assert handler["update"]("id", {"Size": 1}, {"Size": 2}, "stack", "Thing") == ("id", {"Was": 1, "Size": 2})
    with pytest.raises(ValueError, match="id of 1 is gone"):
        handler["delete"]("id", {"Size": 1})
    assert provisioners._property_recreation("AWS::Thing::Thing", "Name") == "Always"
    assert provisioners._property_recreation("AWS::Thing::Thing", "Size") == "Never"
    assert resources._blocks("AWS::Thing::Thing")
    assert not resources._blocks("AWS::S3::Bucket")
    assert hooks.physical_name("stack", "Thing").startswith("stack-Thing-")


def test_a_type_can_be_extended_more_than_once_and_a_failed_step_takes_the_resource_back(account: str) -> None:
    steps: list[str] = []

    class Quiet(Provider):
        def delete(self, resource_id: str, properties: hooks.Properties) -> None:
            steps.append("deleted")

    def applied(resource_id: str, properties: hooks.Properties, attributes: Any) -> Any:
        if properties["Size"] > 9:
            raise ValueError("too large")
        return {**attributes, "Extended": True}

    hooks.register_resource_type("AWS::Thing::Thing", Quiet())
    hooks.extend_resource_type("AWS::Thing::Thing", check=lambda properties: steps.append("checked"))
    hooks.extend_resource_type(
        "AWS::Thing::Thing",
        applied=applied,
        removing=lambda resource_id, properties: steps.append("removing"),
        removed=lambda resource_id, properties: steps.append("removed"),
    )
    handler = provisioners._RESOURCE_HANDLERS["AWS::Thing::Thing"]
    assert handler["create"]("Thing", {"Size": 1}, "stack") == ("stack/Thing", {"Size": 1, "Extended": True})
    assert handler["update"]("id", {"Size": 1}, {"Size": 2}, "stack", "Thing")[1]["Extended"]
    handler["delete"]("id", {"Size": 2}, "Thing")
    assert steps == ["checked", "checked", "removing", "deleted", "removed"]
    with pytest.raises(ValueError, match="too large"):
        handler["create"]("Thing", {"Size": 10}, "stack")
    assert steps[5:] == ["checked", "deleted"]


def role(account: str, statement: Any) -> str:
    name = "runner"
    iam._roles[name] = {
        "RoleName": name,
        "RoleId": "AROA1",
        "Arn": f"arn:aws:iam::{account}:role/{name}",
        "AssumeRolePolicyDocument": json.dumps({"Statement": statement}),
        "InlinePolicies": {"all": json.dumps({"Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]})},
        "AttachedPolicies": [],
    }
    return f"arn:aws:iam::{account}:role/{name}"


def trusting(service: str, **condition: Any) -> Any:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **condition}


def test_a_service_acts_under_a_role_that_trusts_it_and_is_judged_by_that_role(account: str) -> None:
    arn = role(account, trusting("codebuild.amazonaws.com"))
    credentials = hooks.assume_service_role(arn, "codebuild.amazonaws.com", "build-1")
    session = sts._sessions[credentials["AccessKeyId"]]
    assert session["Arn"] == f"arn:aws:sts::{account}:assumed-role/runner/build-1"
    assert session["SecretAccessKey"] == credentials["SecretAccessKey"]
    principal = iam_evaluator.resolve_principal(credentials["AccessKeyId"], account)
    assert [statement.actions for document in principal.policies for statement in document] == [["sns:*"]]


def test_a_role_that_does_not_trust_the_service_or_does_not_exist_is_refused(account: str) -> None:
    arn = role(account, [trusting("lambda.amazonaws.com"), trusting("ec2.amazonaws.com")])
    for wanted in (arn, f"arn:aws:iam::{account}:role/nobody", f"arn:aws:iam::{account}:role/path/runner"):
        with pytest.raises(hooks.ServiceError, match="sts:AssumeRole") as raised:
            hooks.assume_service_role(wanted, "codebuild.amazonaws.com", "build-1")
        assert (raised.value.code, raised.value.status) == ("AccessDenied", 403)


def test_a_role_that_does_not_exist_trusts_nobody(account: str) -> None:
    assert not trusts(f"arn:aws:iam::{account}:role/nobody", "codebuild.amazonaws.com")


def test_a_trust_policy_may_ask_for_the_source(account: str) -> None:
    source = f"arn:aws:codebuild:{REGION}:{account}:project/p"
    condition = {"StringEquals": {"aws:SourceAccount": account}, "ArnEquals": {"aws:SourceArn": source}}
    arn = role(account, trusting("codebuild.amazonaws.com", Condition=condition))
    assert trusts(arn, "codebuild.amazonaws.com", source_arn=source)
    assert not trusts(arn, "codebuild.amazonaws.com", source_arn=source + "x")
    assert not trusts(arn, "codebuild.amazonaws.com")


def test_a_spawned_thread_acts_for_whom_it_was_spawned(account: str) -> None:
    seen: list[tuple[str, str]] = []
    hooks.spawn(lambda: seen.append((hooks.account(), hooks.region())), name="test").join(10)
    assert seen == [(account, REGION)]


def test_persisted_state_is_saved_loaded_and_forgotten_at_a_reset() -> None:
    loaded: list[hooks.Json] = []
    hooks.persist("thing", save=lambda: {"kept": 1}, load=loaded.append)
    module = ministack.app._loaded_modules[ministack.app._state_map["thing"]]
    assert module.get_state() == {"kept": 1}
    module.load_persisted_state({"kept": 1})
    module.reset()
    assert loaded == [{"kept": 1}, {}]
