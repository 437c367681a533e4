import json
from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

DENY_PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def test_a_policy_that_wants_tls_lets_loopback_pass_and_refuses_what_is_said_to_have_come_unencrypted(
    account: Account,
) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket=f"b-{account.id}")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": DENY_PLAIN}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, "Resource": f"arn:aws:s3:::b-{account.id}"}]}
    s3.put_bucket_policy(Bucket=f"b-{account.id}", Policy=json.dumps(policy))
    may = {"Effect": "Allow", "Action": "s3:GetBucketVersioning", "Resource": f"arn:aws:s3:::b-{account.id}"}
    reader = account.client("s3", account.user("reader", may))

    def ask(protocol: str) -> None:
        def forwarded(params: Any, **_: Any) -> None:
            params["headers"]["X-Forwarded-Proto"] = protocol

        reader.meta.events.register("before-call.s3.GetBucketVersioning", forwarded, unique_id="forwarded")
        try:
            reader.get_bucket_versioning(Bucket=f"b-{account.id}")
        finally:
            reader.meta.events.unregister("before-call.s3.GetBucketVersioning", unique_id="forwarded")

    ask("https")
    assert refused(lambda: ask("http")) == "AccessDenied"
    ask("https")
