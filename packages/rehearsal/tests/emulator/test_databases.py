from typing import Any

import psycopg2
import pytest

from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer
from cdk_rehearsal.testing.databases import OUTPUTS, connect, credentials, described, instance, managed
from cdk_rehearsal.testing.harness import Account, Json, attribute, free_port, refused, running

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def administrator(server: PostgresServer, database: str = "postgres") -> Any:
    return connect({"Host": server.host, "Port": server.port}, server.superuser, server.password, database)


def roles_and_databases(server: PostgresServer) -> set[str]:
    connection = administrator(server)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles UNION SELECT datname FROM pg_database")
        names = {name for (name,) in cursor.fetchall()}
    connection.close()
    return names


def test_an_instance_is_a_real_database_that_its_managed_password_opens(account: Account) -> None:
    account.deploy("db", managed(), {**OUTPUTS, "Secret": attribute("Database", "MasterUserSecret.SecretArn")})
    made, found, key = account.outputs("db"), described(account), credentials(account)
    assert found["MasterUserSecret"]["SecretArn"] == made["Secret"]
    assert found["MasterUserSecret"]["SecretStatus"] == "active"
    assert account.client("secretsmanager").describe_secret(SecretId=made["Secret"])["RotationEnabled"]
    assert (found["Endpoint"]["Address"], str(found["Endpoint"]["Port"])) == (made["Host"], made["Port"])
    connection = connect(made, key["username"], key["password"], found["DBName"])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7); SELECT n FROM kept")
        assert cursor.fetchone() == (7,)
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(made, key["username"], "not-the-password", found["DBName"])


def test_two_accounts_with_one_template_have_two_databases_that_keep_each_other_out(account: Account) -> None:
    other = account.other()
    for each in (account, other):
        each.deploy("db", managed(DBInstanceIdentifier="same"), OUTPUTS)
    mine, theirs, key = described(account), described(other), credentials(account)
    assert mine["DBName"] != theirs["DBName"]
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        connect(account.outputs("db"), key["username"], key["password"], theirs["DBName"])


def test_deletion_takes_the_database_the_role_and_the_secret_along(account: Account, postgres: PostgresServer) -> None:
    before = roles_and_databases(postgres)
    account.deploy("db", managed())
    assert len(roles_and_databases(postgres) - before) == 2
    connection = administrator(postgres, described(account)["DBName"])
    assert account.delete("db") == {}
    connection.close()
    assert roles_and_databases(postgres) == before
    assert account.client("rds").describe_db_instances()["DBInstances"] == []
    secrets = account.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)
    assert secrets["SecretList"] == []


def test_the_api_deletes_what_a_stack_made_with_all_that_stood_behind_it(
    account: Account, postgres: PostgresServer
) -> None:
    before = roles_and_databases(postgres)
    account.deploy("db", managed())
    rds, identifier = account.client("rds"), account.physical_id("db", "Database")
    assert refused(lambda: rds.delete_db_instance(DBInstanceIdentifier="another")) == "DBInstanceNotFound"
    rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)
    assert roles_and_databases(postgres) == before
    assert account.delete("db") == {}


def test_an_instance_with_a_password_of_its_own_goes_too(account: Account, postgres: PostgresServer) -> None:
    before = roles_and_databases(postgres)
    account.deploy("db", instance(MasterUserPassword="a-password", DeletionProtection=True))
    rds, identifier = account.client("rds"), account.physical_id("db", "Database")
    code = refused(lambda: rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True))
    assert code == "InvalidParameterCombination"
    assert len(roles_and_databases(postgres) - before) == 2
    account.deploy("db", instance(MasterUserPassword="a-password"))
    assert account.delete("db") == {}
    assert roles_and_databases(postgres) == before


def test_a_protected_instance_is_not_deleted_and_keeps_its_data(account: Account) -> None:
    account.deploy("db", managed(DeletionProtection=True), OUTPUTS)
    key, name = credentials(account), described(account)["DBName"]
    assert account.delete("db")["StackStatus"] == "DELETE_FAILED"
    assert "disable deletion protection" in account.failures("db")["Database"]
    connect(account.outputs("db"), key["username"], key["password"], name).close()
    account.client("rds").modify_db_instance(
        DBInstanceIdentifier=account.physical_id("db", "Database"), DeletionProtection=False, ApplyImmediately=True
    )
    assert account.delete("db") == {}


def test_an_update_keeps_the_password_and_a_new_one_in_the_template_replaces_it(account: Account) -> None:
    account.deploy("db", managed(), OUTPUTS)
    first = credentials(account)
    account.deploy("db", managed(BackupRetentionPeriod=9), OUTPUTS)
    assert credentials(account) == first
    assert described(account)["BackupRetentionPeriod"] == 9
    account.deploy("other", instance(MasterUserPassword="first-password"), OUTPUTS)
    account.deploy("other", instance(MasterUserPassword="second-password"), OUTPUTS)
    identifier = account.physical_id("other", "Database")
    rds = account.client("rds")
    (found,) = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    assert "MasterUserSecret" not in found
    connect(account.outputs("other"), found["MasterUsername"], "second-password", found["DBName"]).close()
    with pytest.raises(psycopg2.OperationalError):
        connect(account.outputs("other"), found["MasterUsername"], "first-password", found["DBName"])


def test_rds_names_the_exported_logs_and_the_key_of_the_secret(account: Account) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    exports = ["postgresql", "upgrade"]
    account.deploy("db", managed(EnableCloudwatchLogsExports=exports, KmsKeyId=key, MasterUserSecret={"KmsKeyId": key}))
    found = described(account)
    assert (found["EnabledCloudwatchLogsExports"], found["MasterUserSecret"]["KmsKeyId"]) == (exports, key)
    secret = account.client("secretsmanager").describe_secret(SecretId=found["MasterUserSecret"]["SecretArn"])
    assert secret["KmsKeyId"] == key


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Engine": "mysql"}, "engine 'mysql' has no server in this emulator"),
        ({"KmsKeyId": "arn:aws:kms:us-east-1:111111111111:key/none"}, "KMSKeyNotAccessibleFault"),
    ],
)
def test_what_cannot_be_a_database_here_fails_with_its_reason(account: Account, properties: Json, reason: str) -> None:
    account.deploy("db", managed(**properties))
    assert reason in account.failures("db")["Database"]


def test_an_instance_without_a_server_behind_it_fails_with_its_reason(tmp_path: Any) -> None:
    config = EmulatorConfig(port=free_port(), state_dir=tmp_path / "state")
    with running(config):
        account = Account(config)
        account.deploy("db", managed())
        assert "no PostgreSQL server stands behind this emulator" in account.failures("db")["Database"]
        code = refused(lambda: account.client("rds").describe_db_instances(DBInstanceIdentifier="x"))
        assert code == "DBInstanceNotFound"
