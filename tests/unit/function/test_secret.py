import pytest
from botocore.stub import Stubber

from tap_function import secret
from tap_function.failures import CheckFailedError

ARN = "arn:aws:secretsmanager:us-east-1:222222222222:secret:rds!db-1"


def holds(secrets_manager: Stubber, value: str) -> None:
    secrets_manager.add_response("get_secret_value", {"SecretString": value}, {"SecretId": ARN})


def test_what_rds_manages_holds_a_user_and_a_password(secrets_manager: Stubber) -> None:
    holds(secrets_manager, '{"username": "tap", "password": "pass-word"}')
    found = secret.current(ARN)
    assert (found.username, found.password) == ("tap", "pass-word")
    assert "pass-word" not in repr(found)


def test_a_rotated_secret_is_noticed(secrets_manager: Stubber) -> None:
    holds(secrets_manager, '{"username": "tap", "password": "old"}')
    holds(secrets_manager, '{"username": "tap", "password": "new"}')
    assert [secret.current(ARN).password, secret.current(ARN).password] == ["old", "new"]


@pytest.mark.parametrize("value", ["pass-word", '{"password": "pass-word"}', '["pass-word"]'])
def test_a_secret_without_credentials_is_an_error_that_does_not_tell_it(secrets_manager: Stubber, value: str) -> None:
    holds(secrets_manager, value)
    with pytest.raises(CheckFailedError) as failed:
        secret.current(ARN)
    assert "pass-word" not in str(failed.value)
    assert failed.value.__suppress_context__


def test_a_refusal_is_an_error_that_says_which(secrets_manager: Stubber) -> None:
    secrets_manager.add_client_error("get_secret_value", "AccessDeniedException", "not you", 400)
    with pytest.raises(CheckFailedError, match=r"can't be read: GetSecretValue: AccessDeniedException$"):
        secret.current(ARN)
