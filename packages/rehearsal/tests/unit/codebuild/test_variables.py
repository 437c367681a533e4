from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from cdk_rehearsal.codebuild.cloud.variables import SecretReference, parse_secret_reference, resolve
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.plan import Variable
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import account_root

SECRET = "arn:aws:secretsmanager:us-east-1:111111111111:secret:team/db-AbCdEf"  # pragma: allowlist secret


def made(service: str) -> tuple[Any, Stubber]:
    real = client(
        service, endpoint="http://127.0.0.1:9", region="us-east-1", credentials=account_root("111111111111", "unused")
    )
    return real, Stubber(real)


def only(real: Any) -> Callable[[str], Any]:
    return lambda _service: real


def none(service: str) -> Any:
    raise AssertionError(f"no need for {service}")


def parameter(name: str, value: str) -> dict[str, str]:
    return {"Name": name, "Value": value, "ARN": f"arn:aws:ssm:us-east-1:111111111111:parameter{name}"}


def test_plain_values_need_nobody() -> None:
    resolved = resolve([Variable(name="A", value="1")], none)
    assert (resolved.values, resolved.secrets) == ({"A": "1"}, set())


def test_parameters_are_read_ten_at_a_time_and_are_secrets() -> None:
    ssm, stub = made("ssm")
    names = [f"/p{number:02}" for number in range(12)]
    for batch in (names[:10], names[10:]):
        answer = {"Parameters": [parameter(name, name.upper()) for name in batch]}
        stub.add_response("get_parameters", answer, {"Names": batch, "WithDecryption": True})
    with stub:
        variables = [Variable(name=f"V{name[2:]}", value=name, type="PARAMETER_STORE") for name in names]
        resolved = resolve([Variable(name="A", value="1"), *variables], only(ssm))
    assert resolved.values == {"A": "1", **{f"V{name[2:]}": name.upper() for name in names}}
    assert resolved.secrets == {f"V{name[2:]}" for name in names}


def test_a_parameter_may_be_named_by_its_arn() -> None:
    ssm, stub = made("ssm")
    found = parameter("/p", "v")
    stub.add_response("get_parameters", {"Parameters": [found, {"Name": "/q", "Value": "w"}]})
    with stub:
        given = [("A", found["ARN"]), ("B", "/q")]
        resolved = resolve([Variable(name=n, value=v, type="PARAMETER_STORE") for n, v in given], only(ssm))
    assert resolved.values == {"A": "v", "B": "w"}


def test_a_missing_parameter_fails_by_name() -> None:
    ssm, stub = made("ssm")
    stub.add_response("get_parameters", {"Parameters": [], "InvalidParameters": ["/p"]})
    with stub, pytest.raises(BuildError, match="parameter does not exist: /p") as caught:
        resolve([Variable(name="A", value="/p", type="PARAMETER_STORE")], only(ssm))
    assert caught.value.code == "Decrypted Variables Error"


def test_a_parameter_that_may_not_be_read_fails() -> None:
    ssm, stub = made("ssm")
    stub.add_client_error("get_parameters", "AccessDeniedException", "not yours")
    with stub, pytest.raises(BuildError, match="not yours"):
        resolve([Variable(name="A", value="/p", type="PARAMETER_STORE")], only(ssm))


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("team/db", SecretReference("team/db")),
        ("team/db:password", SecretReference("team/db", "password")),
        ("team/db:password:AWSPREVIOUS", SecretReference("team/db", "password", "AWSPREVIOUS")),
        ("team/db::AWSPENDING:1-2-3", SecretReference("team/db", "", "AWSPENDING", "1-2-3")),
        (SECRET, SecretReference(SECRET)),
        (f"{SECRET}:password::9", SecretReference(SECRET, "password", "", "9")),
    ],
)
def test_references_to_secrets_are_read(reference: str, parts: SecretReference) -> None:
    assert parse_secret_reference(reference) == parts


@pytest.mark.parametrize(
    ("reference", "asked", "value"),
    [
        ("team/db", {"SecretId": "team/db"}, '{"password": "hunter2", "port": 5432}'),
        ("team/db:password", {"SecretId": "team/db"}, "hunter2"),
        ("team/db:port::7", {"SecretId": "team/db", "VersionId": "7" * 32}, "5432"),
        ("team/db:password:OLD", {"SecretId": "team/db", "VersionStage": "OLD"}, "hunter2"),
    ],
)
def test_a_secret_is_read_as_referred_to(reference: str, asked: dict[str, str], value: str) -> None:
    secrets, stub = made("secretsmanager")
    stub.add_response("get_secret_value", {"SecretString": '{"password": "hunter2", "port": 5432}'}, asked)
    with stub:
        written = reference.replace("::7", "::" + "7" * 32)
        resolved = resolve([Variable(name="S", value=written, type="SECRETS_MANAGER")], only(secrets))
    assert (resolved.values, resolved.secrets) == ({"S": value}, {"S"})


@pytest.mark.parametrize("text", ['{"password": "hunter2"}', "hunter2", '["hunter2"]'])
def test_a_missing_key_fails_without_showing_the_secret(text: str) -> None:
    secrets, stub = made("secretsmanager")
    stub.add_response("get_secret_value", {"SecretString": text})
    with stub, pytest.raises(BuildError) as caught:
        resolve([Variable(name="S", value="team/db:user", type="SECRETS_MANAGER")], only(secrets))
    assert str(caught.value) == "S: secret team/db has no JSON key user"
    assert caught.value.__cause__ is None
    assert caught.value.code == "Secrets Manager Error"


def test_a_secret_that_may_not_be_read_fails_by_the_variables_name() -> None:
    secrets, stub = made("secretsmanager")
    stub.add_client_error("get_secret_value", "AccessDeniedException", "not yours")
    with stub, pytest.raises(BuildError, match=r"^S: .*not yours"):
        resolve([Variable(name="S", value="team/db", type="SECRETS_MANAGER")], only(secrets))
