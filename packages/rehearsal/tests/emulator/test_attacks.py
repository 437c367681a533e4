"""What whoever reaches the emulator's port must not be able to do: each attempt is made over a real socket."""

import datetime as dt
import hashlib
import http.client
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.parsers import ResponseParserError
from tests.codebuild.site import archive

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.requests import HEALTH
from cdk_rehearsal.testing.harness import REGION, Account, allow, policy, ref, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Answer = tuple[int, Mapping[str, str], str]


def send(
    config: EmulatorConfig, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = ""
) -> Answer:
    """Send a request as it is given, signed by nobody."""
    connection = http.client.HTTPConnection("127.0.0.1", config.port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


UNSIGNED = {
    "query protocol": ("POST", "/", FORM, "Action=ListUsers&Version=2010-05-08", "MissingAuthenticationToken"),
    "query in the address": ("GET", "/?Action=ListUsers&Version=2010-05-08", {}, "", "MissingAuthenticationToken"),
    "JSON protocol": (
        "POST",
        "/",
        {"X-Amz-Target": "AmazonSSM.DescribeParameters"},
        "{}",
        "MissingAuthenticationToken",
    ),
    "CodeBuild": ("POST", "/", {"X-Amz-Target": "CodeBuild_20161006.ListProjects"}, "{}", "MissingAuthenticationToken"),
    "REST with JSON": ("GET", "/2015-03-31/functions/", {}, "", "Missing"),
    "list of buckets": ("GET", "/", {}, "", "AccessDenied"),
    "new bucket": ("PUT", "/a-strangers-bucket", {}, "", "AccessDenied"),
    "S3 Control": ("GET", "/v20180820/accesspoint", {}, "", "AccessDenied"),
    "RDS Data": ("POST", "/Execute", {"Content-Type": "application/json"}, "{}", "AccessDenied"),
    "SES": ("GET", "/v2/email/identities", {}, "", "AccessDenied"),
    "API's settings": ("GET", "/restapis", {}, "", "Missing"),
    "web identity": (
        "POST",
        "/",
        FORM,
        (
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=s&WebIdentityToken=e30.e30.e30"
            "&RoleArn=arn:aws:iam::111111111111:role/r"
        ),
        "MissingAuthenticationToken",
    ),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_unsigned_call_is_refused_in_the_protocol_of_its_service(emulator: EmulatorConfig, name: str) -> None:
    method, path, headers, body, code = UNSIGNED[name]
    status, _, text = send(emulator, method, path, headers, body)
    assert status in (400, 403)
    assert code in text


@pytest.mark.parametrize(
    "named",
    [
        {"Authorization": "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/iam/aws4_request"},
        {"Authorization": "AWS {key}:signature"},
        {"path": "/?X-Amz-Credential={key}/20260101/us-east-1/iam/aws4_request"},
        {"path": "/?AWSAccessKeyId={key}"},
    ],
)
@pytest.mark.parametrize("key", ["111111111111", "test"])
def test_naming_a_key_is_not_enough(emulator: EmulatorConfig, named: dict[str, str], key: str) -> None:
    given = {name: value.format(key=key) for name, value in named.items()}
    path = given.pop("path", "/")
    status, _, text = send(emulator, "POST", path, {**FORM, **given}, "Action=ListUsers&Version=2010-05-08")
    assert status in (400, 403)
    assert "<ListUsersResult>" not in text


@pytest.mark.parametrize("secret", ["rehearsal", "test", ""])
def test_root_call_with_a_guessed_secret_is_refused(account: Account, secret: str) -> None:
    guessed = {"AccessKeyId": account.id, "SecretAccessKey": secret or account.id}
    assert refused(account.client("iam", guessed).list_users) == "SignatureDoesNotMatch"
    assert refused(account.client("sts", guessed).get_caller_identity) == "SignatureDoesNotMatch"
    assert refused(account.client("s3", guessed).list_buckets) == "SignatureDoesNotMatch"
    assert refused(account.client("codebuild", guessed).list_projects) == "InvalidSignatureException"
    assert refused(account.client("lambda", guessed).list_functions) == "InvalidSignatureException"


def test_secret_of_one_account_does_not_open_another(account: Account) -> None:
    other = account.other()
    mixed = {**account.config.root(account.id), "AccessKeyId": other.id}
    assert refused(account.client("iam", mixed).list_users) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("key", ["AKIANOBODYSKEY00", "test"])
def test_unknown_key_is_refused_as_each_service_does(account: Account, key: str) -> None:
    unknown = {"AccessKeyId": key, "SecretAccessKey": "test"}
    assert refused(account.client("iam", unknown).list_users) == "InvalidClientTokenId"
    assert refused(account.client("s3", unknown).list_buckets) == "InvalidAccessKeyId"
    assert refused(account.client("ssm", unknown).describe_parameters) == "UnrecognizedClientException"


def test_keys_of_users_and_roles_are_verified_too(account: Account) -> None:
    user = account.user("reader", allow("*"))
    role = account.session(account.role("worker", {"AWS": f"arn:aws:iam::{account.id}:root"}, allow("*")))
    for good in (user, role):
        account.client("s3", good).list_buckets()
        assert refused(account.client("s3", {**good, "SecretAccessKey": "guessed"}).list_buckets) == (
            "SignatureDoesNotMatch"
        )
    stolen = {name: value for name, value in role.items() if name != "SessionToken"}
    assert refused(account.client("iam", stolen).list_users) == "InvalidClientTokenId"
    assert refused(account.client("iam", {**role, "SessionToken": "another"}).list_users) == "InvalidClientTokenId"


def test_credentials_of_a_function_do_not_follow_from_its_arn(account: Account) -> None:
    """MiniStack makes them by hashing the ARNs of the function and its role."""
    role = account.role("function", {"Service": "lambda.amazonaws.com"}, allow("*"))
    arn = f"arn:aws:lambda:{REGION}:{account.id}:function:task"
    function(account, role, "def handler(event, context):\n    import os; return dict(os.environ)")
    answer = account.client("lambda").invoke(FunctionName="task")
    own = json.loads(answer["Payload"].read())
    known = hashlib.sha256(f"{arn}:{role}".encode()).hexdigest()
    guessed = {
        "AccessKeyId": own["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": hashlib.sha256(f"secret:{known}".encode()).hexdigest(),
        "SessionToken": hashlib.sha256(f"token:{known}".encode()).hexdigest(),
    }
    assert refused(account.client("iam", guessed).list_users) == "InvalidClientTokenId"
    given = {"SecretAccessKey": own["AWS_SECRET_ACCESS_KEY"], "SessionToken": own["AWS_SESSION_TOKEN"]}
    found = account.client("sts", {**guessed, **given}).get_caller_identity()["Arn"]
    assert found == f"arn:aws:sts::{account.id}:assumed-role/function/task"
    secrets = {account.config.secret, account.config.token, account.config.root(account.id)["SecretAccessKey"]}
    assert not secrets & set(own.values())


@pytest.mark.parametrize("host", ["evil.example.com", "evil.example.com:{port}", "127.0.0.1", "a.localhost:{port}"])
def test_foreign_host_is_refused_as_in_dns_rebinding(emulator: EmulatorConfig, host: str) -> None:
    status, _, text = send(emulator, "GET", HEALTH, {"Host": host.format(port=emulator.port)})
    assert (status, text[:5], text.count("\n")) == (403, "Host:", 1)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "header",
    ["Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User", "Sec-Fetch-Storage-Access"],
)
def test_browser_is_refused_without_cors_headers(emulator: EmulatorConfig, method: str, header: str) -> None:
    own = f"http://127.0.0.1:{emulator.port}"
    given = {header: own, "Access-Control-Request-Method": "POST", "X-Amz-Target": "CodeBuild_20161006.StartBuild"}
    status, headers, text = send(emulator, method, "/", given)
    assert (status, text[:7]) == (403, "Origin:")
    assert not [name for name in headers if name.startswith("access-control")]


def test_signed_call_is_refused_from_a_browser_and_answered_without_cors_headers(account: Account) -> None:
    iam = account.client("iam")
    answer = iam.list_users()["ResponseMetadata"]["HTTPHeaders"]
    assert not [name for name in answer if name.lower().startswith("access-control")]
    iam.meta.events.register("before-send.iam.ListUsers", lambda request, **_: request.headers.update(Origin="null"))
    with pytest.raises(ResponseParserError, match="Origin: the emulator does not answer browsers"):
        iam.list_users()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/reset?init=1"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/health"),
        ("GET", "/_localstack/health"),
        ("GET", "/health"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/lambda-code/111111111111/us-east-1/f"),
        ("POST", "/_ministack/rds/iam-auth"),
    ],
)
def test_administration_is_closed_and_nothing_is_lost(account: Account, method: str, path: str) -> None:
    account.client("iam").create_user(UserName="kept")
    status, _, text = send(account.config, method, path, {"Content-Type": "text/plain"}, '{"lambda_svc.X": "y"}')
    assert (status, text[:5]) == (403, "path:")
    assert [user["UserName"] for user in account.client("iam").list_users()["Users"]] == ["kept"]


@pytest.mark.parametrize(("method", "path"), [("POST", "push"), ("GET", "access"), ("GET", "other")])
@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_own_routes_need_the_token(emulator: EmulatorConfig, method: str, path: str, token: str | None) -> None:
    headers = {} if token is None else {"X-Rehearsal-Token": token}
    status, _, text = send(emulator, method, f"/_rehearsal/{path}", headers, "{}")
    assert (status, text[:18]) == (403, "X-Rehearsal-Token:")


def test_health_reveals_nothing(emulator: EmulatorConfig) -> None:
    status, _, text = send(emulator, "GET", HEALTH)
    assert (status, text) == (200, "{}")


def bucket(account: Account) -> str:
    name = f"objects-{account.id}"
    account.client("s3").create_bucket(Bucket=name)
    for key in ("public/page", "private/page"):
        account.client("s3").put_object(Bucket=name, Key=key, Body=key.encode())
    return name


def test_public_object_is_read_unsigned_and_another_one_is_not(account: Account) -> None:
    name, s3 = bucket(account), account.client("s3")
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
        ),
    )
    s3.put_bucket_policy(Bucket=name, Policy=policy({**everyone, "Resource": f"arn:aws:s3:::{name}/public/*"}))
    assert send(account.config, "GET", f"/{name}/public/page")[::2] == (200, "public/page")
    for method, path in (
        ("GET", f"/{name}/private/page"),
        ("GET", f"/{name}/public/page?acl"),
        ("PUT", f"/{name}/public/page"),
        ("DELETE", f"/{name}/public/page"),
        ("GET", f"/{name}"),
        ("GET", f"/no-such-{name}/key"),
    ):
        status, _, text = send(account.config, method, path)
        assert (status, "AccessDenied" in text) == (403, True), (method, path)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_url_is_good_as_it_is_and_not_altered(account: Account, version: str) -> None:
    name = bucket(account)
    path = presigned(account, name, version)
    assert send(account.config, "GET", path)[::2] == (200, "private/page")
    assert send(account.config, "GET", path.replace("private", "public"))[0] == 403
    assert send(account.config, "DELETE", path)[0] == 403
    assert send(account.config, "GET", f"{path}&acl")[0] == 403
    assert send(account.config, "GET", path.replace(account.id, "222222222222", 2))[0] == 403


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_url_of_a_role_is_good_and_an_expired_one_is_not(
    account: Account, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = bucket(account)
    role = account.session(account.role("reader", {"AWS": f"arn:aws:iam::{account.id}:root"}, allow("s3:*")))
    assert send(account.config, "GET", presigned(account, name, version, role))[::2] == (200, "private/page")
    an_hour_ago = dt.datetime.now(tz=dt.UTC) - dt.timedelta(hours=1)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: an_hour_ago)
    monkeypatch.setattr("botocore.auth.time.time", an_hour_ago.timestamp)
    old = presigned(account, name, version, role)
    monkeypatch.undo()
    status, _, text = send(account.config, "GET", old)
    assert (status, "Request has expired" in text) == (403, True)


def presigned(account: Account, name: str, version: str, credentials: Mapping[str, str] | None = None) -> str:
    s3 = account.client("s3", credentials)
    s3.meta.events.register("choose-signer.s3.GetObject", lambda **_: f"{version}-query")
    url: str = s3.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "private/page"}, ExpiresIn=600)
    return url.removeprefix(account.config.endpoint)


def test_url_of_version_2_cannot_be_extended_to_another_key_or_service(account: Account) -> None:
    """It signs few of its parameters, and MiniStack prefers the key in another one."""
    name = bucket(account)
    user = account.user("reader", allow("s3:GetObject", f"arn:aws:s3:::{name}/public/*"))
    path = presigned(account, name, "s3", user)
    scope = f"{account.id}/20260101/us-east-1/s3/aws4_request"
    for more in (f"&X-Amz-Credential={scope}", f"&x-amz-credential={scope}"):
        status, _, text = send(account.config, "GET", path + more)
        assert (status, "private/page" in text) in {(400, False), (403, False)}
    s3 = account.client("s3")
    s3.meta.events.register("choose-signer.s3.ListBuckets", lambda **_: "s3-query")
    listed = s3.generate_presigned_url("list_buckets").removeprefix(account.config.endpoint)
    assert "<ListAllMyBucketsResult" in send(account.config, "GET", listed)[2]
    status, _, text = send(account.config, "GET", f"{listed}&Action=ListUsers&Version=2010-05-08")
    assert (status, "<ListUsersResult>" in text) == (400, False)


def test_key_that_was_verified_is_the_key_that_acts(account: Account) -> None:
    user = account.user("nobody")
    iam = account.client("iam", user)

    def claim(request: Any, **_: Any) -> None:
        given = request.headers["Authorization"].decode()
        scope = f"Credential={account.id}/20260101/us-east-1/iam/aws4_request"
        request.headers["Authorization"] = given.replace("Credential=", f"{scope}, Credential=", 1)

    iam.meta.events.register("before-send.iam.ListUsers", claim)
    assert refused(iam.list_users) == "IncompleteSignature"


def test_sign_in_to_a_user_pool_needs_no_signature(emulator: EmulatorConfig) -> None:
    account = Account(emulator, id="0" * 12)  # whom MiniStack takes for the owner where nobody signed
    cognito = account.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app")["UserPoolClient"]["ClientId"]
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp", "Content-Type": "application/x-amz-json-1.1"}
    body = json.dumps({"ClientId": made, "Username": "someone", "Password": "Pass-w0rd-of-someone"})
    assert "UserSub" in send(account.config, "POST", "/", target, body)[2]
    target["X-Amz-Target"] = "AWSCognitoIdentityProviderService.ListUsers"
    assert "Missing" in send(account.config, "POST", "/", target, json.dumps({"UserPoolId": pool}))[2]
    assert "keys" in send(account.config, "GET", f"/{pool}/.well-known/jwks.json")[2]
    assert send(account.config, "GET", "/oauth2/authorize")[0] != 403
    assert send(account.config, "PUT", "/login")[0] == 403


def test_cloudformation_hears_at_its_own_url_from_whoever_has_it(account: Account) -> None:
    account.deploy("waits", {"Handle": resource("AWS::CloudFormation::WaitConditionHandle")}, {"Url": ref("Handle")})
    path = account.outputs("waits")["Url"].partition(f":{account.config.port}")[2]
    body = json.dumps({"Status": "SUCCESS", "UniqueId": "1", "Data": "d", "Reason": "r"})
    assert send(account.config, "PUT", path, {}, body)[0] == 200
    assert send(account.config, "PUT", "/_ministack/cfn-signal/guessed", {}, body)[0] == 404


def test_body_that_was_not_signed_is_refused(account: Account) -> None:
    name, s3 = bucket(account), account.client("s3")
    s3.meta.events.register("before-send.s3.PutObject", alter)
    assert refused(lambda: s3.put_object(Bucket=name, Key="k", Body=b"signed")) in {
        "XAmzContentSHA256Mismatch",
        "SignatureDoesNotMatch",
    }


def alter(request: Any, **_: Any) -> None:
    request.body = b"others"  # of the same length


def api(account: Account, authorization: str) -> str:
    """Make a REST API that answers by itself; return the path of its own endpoint on the emulator."""
    gateway = account.client("apigateway")
    made = gateway.create_rest_api(name=authorization)["id"]
    (root,) = gateway.get_resources(restApiId=made)["items"]
    where = {"restApiId": made, "resourceId": root["id"], "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType=authorization)
    gateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(**where, statusCode="200", responseTemplates={"application/json": "made"})
    gateway.create_deployment(restApiId=made, stageName="live")
    return f"/_aws/execute-api/{made}/live/"


def test_api_endpoint_is_open_unless_it_asks_for_iam(account: Account) -> None:
    path = api(account, "NONE")
    assert send(account.config, "GET", path)[::2] == (200, "made")
    assert send(account.config, "GET", path, {"Authorization": "Bearer a.b.c"})[::2] == (200, "made")
    status, _, text = send(account.config, "GET", path, {"Origin": "http://evil.example.com"})
    assert (status, text[:7]) == (403, "Origin:")
    for headers in ({}, {"Authorization": "Bearer a.b.c"}):
        assert send(account.config, "GET", api(account, "AWS_IAM"), headers)[0] == 403
        assert send(account.config, "POST", f"{path}@connections/1", headers)[0] == 403
    assert send(account.config, "GET", "/_aws/execute-api/nothing/live/")[0] == 403


def function(account: Account, role: str, code: str) -> None:
    account.client("lambda").create_function(
        FunctionName="task",
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": archive({"index.py": code})},
    )


def test_function_url_is_open_unless_it_asks_for_iam(account: Account) -> None:
    role = account.role("function", {"Service": "lambda.amazonaws.com"})
    function(account, role, "def handler(event, context):\n    return 'done'")
    functions = account.client("lambda")

    def path() -> str:
        url: str = functions.get_function_url_config(FunctionName="task")["FunctionUrl"]
        return f"/_aws/lambda-url/{url.removeprefix('https://').removeprefix('http://').partition('.')[0]}/"

    functions.create_function_url_config(FunctionName="task", AuthType="NONE")
    functions.add_permission(
        FunctionName="task",
        StatementId="public",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    assert send(account.config, "GET", path())[::2] == (200, "done")
    functions.update_function_url_config(FunctionName="task", AuthType="AWS_IAM")
    assert send(account.config, "GET", path())[0] == 403
    assert send(account.config, "GET", "/_aws/lambda-url/00000000000000000000000000000000/")[0] == 403
