from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.core import iam_evaluator, lambda_runtime, rds_iam
from ministack.services import iam, lambda_svc, s3, sts

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions import session_secrets
from cdk_rehearsal.emulator.extensions.session_secrets import execution_credentials, find_secret
from cdk_rehearsal.emulator.signatures import SignatureError

ACCOUNT = "111111111111"
CONFIG = EmulatorConfig(port=1, state_dir=Path("/nonexistent"))
FUNCTION = {
    "FunctionName": "task",
    "FunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:task",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/path/worker",
}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (iam_evaluator, rds_iam, s3):
        monkeypatch.setattr(module, "resolve_credential", module.resolve_credential)
    for module in (lambda_runtime, lambda_svc):
        monkeypatch.setattr(module, "execution_credentials", module.execution_credentials)
    monkeypatch.setattr(sts, "_sessions", {})
    session_secrets.install(CONFIG)


def code(key: str, token: str = "") -> str:
    with pytest.raises(SignatureError) as refused:
        find_secret(key, token)
    return refused.value.code


def test_root_has_a_secret_of_this_rehearsal_wherever_ministack_looks() -> None:
    secret = CONFIG.root(ACCOUNT)["SecretAccessKey"]
    assert find_secret(ACCOUNT, "") == secret
    for module in (iam_evaluator, rds_iam, s3):
        assert module.resolve_credential(ACCOUNT, ACCOUNT).secret_access_key == secret
    assert code(ACCOUNT, "a-token") == "InvalidToken"


@pytest.mark.parametrize("key", ["", "test", "AKIANOBODY", "11111111111", "1" * 13, "\u0661" * 12])
def test_unknown_key_has_no_secret(key: str) -> None:
    assert code(key) == "UnrecognizedClientException"


def test_key_that_two_accounts_own_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def ambiguous(_key: str) -> str:
        raise iam_evaluator.AmbiguousAccessKeyError

    monkeypatch.setattr(iam_evaluator, "find_iam_access_key_account", ambiguous)
    assert code("AKIATWICE") == "UnrecognizedClientException"


def test_user_key_has_its_own_secret_while_it_is_active(monkeypatch: pytest.MonkeyPatch) -> None:
    record: dict[str, Any] = {"Status": "Active", "SecretAccessKey": "of-the-user", "UserName": "user"}
    keys = SimpleNamespace(get_scoped=lambda *_: record, to_dict=lambda: {(ACCOUNT, "AKIAUSER"): record})
    monkeypatch.setattr(iam, "_access_keys", keys)
    assert find_secret("AKIAUSER", "") == "of-the-user"
    record["Status"] = "Inactive"
    assert code("AKIAUSER") == "InvalidClientTokenId"


def test_function_gets_the_same_session_of_its_role_whenever_it_is_asked() -> None:
    given = execution_credentials(CONFIG, FUNCTION)
    assert lambda_svc.execution_credentials(FUNCTION) == lambda_runtime.execution_credentials(FUNCTION) == given
    key, secret, token = given.values()
    assert find_secret(key, token) == secret
    assert code(key) == "UnrecognizedClientException"
    assert code(key, "another") == "InvalidToken"
    assert sts._sessions[key]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/task"


def test_function_credentials_differ_per_function_and_rehearsal() -> None:
    other = EmulatorConfig(port=1, state_dir=Path("/nonexistent"))
    found = [
        execution_credentials(CONFIG, FUNCTION),
        execution_credentials(CONFIG, {**FUNCTION, "FunctionArn": f"{FUNCTION['FunctionArn']}2"}),
        execution_credentials(other, FUNCTION),
    ]
    for name in found[0]:
        assert len({each[name] for each in found}) == len(found)
