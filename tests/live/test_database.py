"""The database as RDS describes it; that it answers is the function's to show."""

from typing import Any

from tests.live.conftest import Look, Stage
from tests.live.database_status import expect_in_use
from tests.live.expectation import expect, expect_each

BACKUP_DAYS = 7


def test_the_database_is_in_use(database: dict[str, Any], look: Look) -> None:
    def described() -> dict[str, Any]:
        pages = look("rds").describe_db_instances(DBInstanceIdentifier=database["DBInstanceIdentifier"])
        (found,) = pages["DBInstances"]
        return dict(found)

    expect_in_use(described)


def test_the_database_is_postgresql_15_and_where_the_stack_says(stage: Stage, database: dict[str, Any]) -> None:
    expect("engine", found=database["Engine"], expected="postgres")
    expect("version", found=database["EngineVersion"].partition(".")[0], expected="15")
    expect("endpoint", found=database["Endpoint"]["Address"], expected=stage.database_endpoint)


def test_the_database_is_private_and_encrypted_with_the_key(database: dict[str, Any], key: dict[str, Any]) -> None:
    expected = {"PubliclyAccessible": False, "StorageEncrypted": True, "KmsKeyId": key["Arn"]}
    expect_each("database", found=database, expected=expected)


def test_the_database_is_backed_up_and_logged(database: dict[str, Any]) -> None:
    expect("days of backups", found=database["BackupRetentionPeriod"] >= BACKUP_DAYS, expected=True)
    expect("exported logs", found=set(database["EnabledCloudwatchLogsExports"]), expected={"postgresql", "upgrade"})


def test_rds_keeps_the_password_under_the_key_and_rotates_it(
    stage: Stage, database: dict[str, Any], key: dict[str, Any], look: Look
) -> None:
    expect("secret", found=database["MasterUserSecret"]["SecretArn"], expected=stage.database_secret_arn)
    secret = look("secretsmanager").describe_secret(SecretId=stage.database_secret_arn)
    expect_each("secret", found=secret, expected={"KmsKeyId": key["Arn"], "RotationEnabled": True})
