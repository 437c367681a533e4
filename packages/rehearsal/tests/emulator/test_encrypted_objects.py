import http.client
from urllib.parse import urlsplit

import pytest

from cdk_rehearsal.testing.harness import Account, Json, allow, policy, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

USE = ["kms:Decrypt", "kms:GenerateDataKey*"]


def key(account: Account, *statements: Json) -> str:
    root = {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "kms:*", "Resource": "*"}
    arn: str = account.client("kms").create_key(Policy=policy(root, *statements))["KeyMetadata"]["Arn"]
    return arn


def bucket(account: Account, key_arn: str, *, opened_to: str = "") -> str:
    name, s3 = f"data-{account.id}", account.client("s3")
    s3.create_bucket(Bucket=name)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    if opened_to:
        opened = {"Effect": "Allow", "Principal": {"AWS": opened_to}, "Action": "s3:*", "Resource": "*"}
        s3.put_bucket_policy(Bucket=name, Policy=policy(opened))
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    return name


def status_of(link: str) -> int:
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    status = connection.getresponse().status
    connection.close()
    return status


def via(service: str) -> Json:
    return {"StringEquals": {"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}}


def test_an_upload_under_kms_that_names_no_key_takes_the_accounts_own(account: Account) -> None:
    account.client("s3").create_bucket(Bucket=f"plain-{account.id}")
    user = account.client("s3", account.user("user", allow("s3:PutObject")))
    answer = user.put_object(Bucket=f"plain-{account.id}", Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    assert answer["SSEKMSKeyId"] == f"arn:aws:kms:us-east-1:{account.id}:alias/aws/s3"


def test_the_bucket_is_not_enough_without_its_key(account: Account) -> None:
    arn = key(account)
    name = bucket(account, arn)
    without = account.client("s3", account.user("without", allow("s3:*")))
    assert refused(lambda: without.get_object(Bucket=name, Key="k")) == "AccessDenied"
    assert refused(lambda: without.put_object(Bucket=name, Key="k", Body=b"y")) == "AccessDenied"
    reader = account.client("s3", account.user("reader", allow("s3:*"), allow("kms:Decrypt", arn)))
    reader.get_object(Bucket=name, Key="k")
    assert refused(lambda: reader.put_object(Bucket=name, Key="k", Body=b"y")) == "AccessDenied"
    full = account.client("s3", account.user("full", allow("s3:*"), allow(USE, arn)))
    full.put_object(Bucket=name, Key="k", Body=b"y")


def test_a_presigned_link_is_worth_what_its_signer_may(account: Account) -> None:
    arn = key(account)
    name = bucket(account, arn)
    for user, statements, status in (
        ("without", [allow("s3:*")], 403),
        ("reader", [allow("s3:*"), allow("kms:Decrypt", arn)], 200),
    ):
        s3 = account.client("s3", account.user(user, *statements))
        link = s3.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "k"})
        assert status_of(link) == status


def test_a_permission_that_holds_through_s3_alone_is_enough(account: Account) -> None:
    name = bucket(account, key(account))
    through = {
        service: account.client("s3", account.user(service, allow("s3:*"), allow("kms:*", Condition=via(service))))
        for service in ("s3", "sns")
    }
    through["s3"].get_object(Bucket=name, Key="k")
    assert refused(lambda: through["sns"].get_object(Bucket=name, Key="k")) == "AccessDenied"


def test_another_accounts_role_needs_its_own_permission_and_the_keys(account: Account) -> None:
    deployer = account.other()
    role = deployer.role("deploy", {"AWS": deployer.id}, allow("s3:*"), allow("kms:Decrypt"))
    s3 = deployer.client("s3", deployer.session(role))
    closed = bucket(account, key(account), opened_to=role)
    assert refused(lambda: s3.get_object(Bucket=closed, Key="k")) == "AccessDenied"
    owner = account.other()
    opened = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"}
    name = bucket(owner, key(owner, opened), opened_to=role)
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"x"


def test_an_object_under_a_key_that_is_about_to_go_cannot_be_read_or_written(account: Account) -> None:
    arn = key(account)
    name, s3 = bucket(account, arn), account.client("s3")
    account.client("kms").schedule_key_deletion(KeyId=arn)
    assert refused(lambda: s3.get_object(Bucket=name, Key="k")) == "KMS.DisabledException"
    assert refused(lambda: s3.put_object(Bucket=name, Key="k", Body=b"y")) == "KMS.DisabledException"


def test_an_upload_under_a_key_that_does_not_exist_is_refused(account: Account) -> None:
    account.client("s3").create_bucket(Bucket=f"plain-{account.id}")
    arguments = {"Bucket": f"plain-{account.id}", "Key": "k", "ServerSideEncryption": "aws:kms"}
    code = refused(lambda: account.client("s3").put_object(**arguments, SSEKMSKeyId="alias/none"))
    assert code == "KMS.NotFoundException"


def test_an_upload_that_s3_itself_refuses_stays_refused(account: Account) -> None:
    account.client("s3").create_bucket(Bucket=f"plain-{account.id}")
    arguments = {"Bucket": f"plain-{account.id}", "Key": "k", "ServerSideEncryption": "rot13"}
    assert refused(lambda: account.client("s3").put_object(**arguments)) == "InvalidArgument"
