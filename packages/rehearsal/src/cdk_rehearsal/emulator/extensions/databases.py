"""RDS instances: each is a role and a database of its own in a real PostgreSQL.

The endpoint is the real server's. Several instances share that server, so the names that log in carry the instance's
suffix: where a template says user ``app`` and database ``orders``, the secret and DescribeDBInstances say
``app_1f0c9d2e`` and ``orders_1f0c9d2e``. Read them there, as RDS's own clients must read the password.
"""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from ministack.services import rds, secretsmanager

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer
from cdk_rehearsal.emulator.extensions import postgres
from cdk_rehearsal.emulator.wiring.answers import require
from cdk_rehearsal.emulator.wiring.keys import find_key

TYPE = "AWS::RDS::DBInstance"
PROTECTED = (
    "Cannot delete protected DB Instance, please disable deletion protection and try again. "
    "(Service: Rds, Status Code: 400, Error Code: InvalidParameterCombination)"
)

Response = tuple[int, dict[str, str], bytes]

_instance_xml = rds._instance_xml
_delete_db_instance = rds._delete_db_instance_impl


def install(config: EmulatorConfig) -> None:
    """Extend the type, what RDS describes and what its DeleteDBInstance takes along."""
    databases = Databases(config.postgres)
    hooks.run_on_thread(TYPE)
    hooks.extend_resource_type(TYPE, check=databases.check, applied=databases.apply, removing=databases.remove)
    rds._instance_xml = described
    rds._delete_db_instance_impl = databases.delete


class Databases:
    """The steps around RDS instances, on one PostgreSQL server."""

    def __init__(self, server: PostgresServer | None) -> None:
        """Use ``server``; without one, instances are refused."""
        self._server = server

    def check(self, properties: hooks.Properties) -> None:
        """Refuse what cannot be a real database here."""
        engine = properties.get("Engine", "")
        if engine != "postgres":
            raise ValueError(f"engine {engine!r} has no server in this emulator; only 'postgres' has")
        self._required()
        key = properties.get("KmsKeyId")
        if key and find_key(key) is None:
            raise ValueError(f"KMSKeyNotAccessibleFault: The specified KMS key {key} does not exist")

    def apply(self, identifier: str, properties: hooks.Properties, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the role and the database, or bring them up to date; the attributes name the real endpoint."""
        server = self._required()
        instance = rds._instances[identifier]
        instance["EnabledCloudwatchLogsExports"] = properties.get("EnableCloudwatchLogsExports", [])
        user = own_name(properties.get("MasterUsername", "postgres"), instance)
        database = own_name(properties.get("DBName", "postgres"), instance)
        instance |= {"MasterUsername": user, "DBName": database}
        if str(properties.get("ManageMasterUserPassword", False)).lower() == "true":
            password = manage_password(instance, properties.get("MasterUserSecret", {}).get("KmsKeyId"))
        else:
            password = properties["MasterUserPassword"]
        instance["_MasterUserPassword"] = password
        postgres.provide(server, role=user, password=password, database=database)
        instance["Endpoint"].update(Address=server.host, Port=server.port)
        secret = instance.get("MasterUserSecret", {}).get("SecretArn")
        return {
            **attributes,
            "Endpoint.Address": server.host,
            "Endpoint.Port": str(server.port),
            **({"MasterUserSecret.SecretArn": secret} if secret else {}),
        }

    def remove(self, identifier: str, _properties: hooks.Properties) -> None:
        """Refuse to delete a protected instance; of any other, delete the secret, the database and the role."""
        instance = rds._instances.get(identifier)
        if instance and instance["DeletionProtection"]:
            raise ValueError(PROTECTED)
        if instance:
            self._clear(instance)

    def delete(self, parameters: dict[str, Any]) -> Response:
        """Answer DeleteDBInstance; what stood behind a deleted instance goes as well."""
        instance = rds._resolve_instance(rds._p(parameters, "DBInstanceIdentifier"))
        response: Response = _delete_db_instance(parameters)
        if instance and instance["DBInstanceIdentifier"] not in rds._instances:
            self._clear(instance)
        return response

    def _clear(self, instance: Mapping[str, Any]) -> None:
        if instance.get("MasterUserSecret"):
            secret = {"SecretId": instance["MasterUserSecret"]["SecretArn"], "ForceDeleteWithoutRecovery": True}
            require(secretsmanager._delete_secret(secret))
        postgres.withdraw(self._required(), role=instance["MasterUsername"], database=instance["DBName"])

    def _required(self) -> PostgresServer:
        if self._server is None:
            raise ValueError("no PostgreSQL server stands behind this emulator: its configuration names none")
        return self._server


def own_name(name: str, instance: Mapping[str, Any]) -> str:
    """Return the name on the shared server of an instance's user or database: the same for one instance, always."""
    suffix = "_" + hashlib.sha256(instance["DBInstanceArn"].encode()).hexdigest()[:8]
    return name[: 63 - len(suffix)] + suffix


def manage_password(instance: dict[str, Any], key: str | None) -> str:
    """Return the password of RDS's own secret, which is made on first use."""
    if instance.get("MasterUserSecret"):
        _, secret = secretsmanager._resolve(instance["MasterUserSecret"]["SecretArn"])
        _, version = secretsmanager._find_stage_version(secret, "AWSCURRENT")
        return str(json.loads(version["SecretString"])["password"])
    password = secrets.token_urlsafe(24)
    arn, _ = secretsmanager._store_new_secret(
        f"rds!{instance['DbiResourceId'].lower()}",
        secret_string=json.dumps({"username": instance["MasterUsername"], "password": password}),
        secret_binary=None,
        description=f"Secret associated with primary RDS DB instance: {instance['DBInstanceArn']}",
        tags=[
            {"Key": "aws:secretsmanager:owningService", "Value": "rds"},
            {"Key": "aws:rds:primaryDBInstanceArn", "Value": instance["DBInstanceArn"]},
        ],
        kms_key_id=key,
        rotation_lambda_arn=None,
        rotation_rules={"AutomaticallyAfterDays": 7},
    )
    _, secret = secretsmanager._resolve(arn)
    secret["RotationEnabled"] = True  # by RDS itself: there is no function that a client could see
    instance["MasterUserSecret"] = {
        "SecretArn": arn,
        "SecretStatus": "active",
        "KmsKeyId": key or "alias/aws/secretsmanager",
    }
    return password


def described(instance: Mapping[str, Any]) -> str:
    """Render an instance for RDS's answers, with its managed secret and its log exports."""
    rendered = str(_instance_xml(instance))
    exports = "".join(f"<member>{name}</member>" for name in instance.get("EnabledCloudwatchLogsExports", []))
    rendered = rendered.replace(
        "<EnabledCloudwatchLogsExports/>", f"<EnabledCloudwatchLogsExports>{exports}</EnabledCloudwatchLogsExports>"
    )
    secret = instance.get("MasterUserSecret")
    if secret:
        members = "".join(f"<{name}>{value}</{name}>" for name, value in secret.items())
        rendered += f"<MasterUserSecret>{members}</MasterUserSecret>"
    return rendered
