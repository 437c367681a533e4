import json
import uuid
from collections.abc import Iterator

import pytest
from ministack.services import kms

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.extensions import encrypted_objects, foreign_resources, recorded
from cdk_rehearsal.emulator.extensions.web_acl_associations import WebAclAssociation
from cdk_rehearsal.emulator.wiring.keys import service_may_use


@pytest.fixture
def account() -> Iterator[str]:
    number = f"{uuid.uuid4().int % 10**11:012d}"
    with hooks.scope(number, "eu-west-1"):
        yield number


def key(policy: hooks.Json | None = None) -> str:
    request = {"Policy": json.dumps(policy)} if policy else {}
    _, _, body = kms._create_key(request)
    arn: str = json.loads(body)["KeyMetadata"]["Arn"]
    return arn


def test_the_emulators_own_services_read_encrypted_objects_without_credentials(account: str) -> None:
    headers = {encrypted_objects.SSE_KEY: key()}
    assert encrypted_objects.refuse({}, headers, "kms:Decrypt") is None
    assert encrypted_objects.refuse({}, {}, "kms:Decrypt") is None


def test_a_key_lets_in_the_services_that_its_policy_names_and_whoever_it_names_by_a_star(account: str) -> None:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    named = key({"Statement": [{**statement, "Principal": {"Service": "sns.amazonaws.com"}}]})
    open_to_all = key({"Statement": [{**statement, "Principal": "*"}]})
    assert service_may_use(named, "sns.amazonaws.com", "kms:Decrypt")
    assert not service_may_use(named, "logs.amazonaws.com", "kms:Decrypt")
    assert service_may_use(open_to_all, "logs.amazonaws.com", "kms:Decrypt")
    assert not service_may_use("alias/none", "sns.amazonaws.com", "kms:Decrypt")


def test_every_type_that_is_only_recorded_comes_with_what_is_missing() -> None:
    assert recorded.RECORDED["AWS::WAFv2::WebACL"] == "WAF describes it; no request is inspected"
    assert all(recorded.RECORDED.values())


def test_an_association_is_replaced_rather_than_changed() -> None:
    request = hooks.ResourceRequest(logical_id="A", stack="s", properties={}, account="1", region="r")
    assert WebAclAssociation().update("resource|acl", {}, request) == hooks.Resource("resource|acl")


def test_an_arn_that_names_no_bucket_has_no_bucket_policy(account: str) -> None:
    assert foreign_resources.bucket_policy(f"arn:aws:s3::{account}:accesspoint/none.mrap") is None
