"""Databases for tests: templates of RDS instances, and connections to what stands behind them."""

import json
from typing import Any

import psycopg2

from cdk_rehearsal.testing.harness import Account, Json, attribute, ref, resource

OUTPUTS = {"Host": attribute("Database", "Endpoint.Address"), "Port": attribute("Database", "Endpoint.Port")}


def instance(**properties: Any) -> Json:
    return {
        "Database": resource(
            "AWS::RDS::DBInstance",
            {
                "Engine": "postgres",
                "EngineVersion": "15.17",
                "DBInstanceClass": "db.t3.micro",
                "AllocatedStorage": "20",
                "DBName": "orders",
                "MasterUsername": "tap",
                "Port": "5433",
                **properties,
            },
            DeletionPolicy="Delete",
        )
    }


def managed(**properties: Any) -> Json:
    return instance(ManageMasterUserPassword=True, **properties)


def described(account: Account) -> Json:
    (found,) = account.client("rds").describe_db_instances()["DBInstances"]
    result: Json = found
    return result


def credentials(account: Account) -> dict[str, str]:
    secret = described(account)["MasterUserSecret"]["SecretArn"]
    value: dict[str, str] = json.loads(
        account.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    )
    return value


def connect(address: Json, user: str, password: str, database: str) -> Any:
    return psycopg2.connect(host=address["Host"], port=address["Port"], user=user, password=password, dbname=database)


def standing(policy: str) -> Json:
    """A database that is kept, on what has the deletion policy ``policy``."""
    subnets = {
        f"Subnet{index}": resource("AWS::EC2::Subnet", {"VpcId": ref("Vpc"), "CidrBlock": f"10.0.{index}.0/24"})
        for index in (1, 2)
    }
    ground = {
        "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        **subnets,
        "Group": resource("AWS::EC2::SecurityGroup", {"GroupDescription": "database", "VpcId": ref("Vpc")}),
        "Subnets": resource(
            "AWS::RDS::DBSubnetGroup",
            {"DBSubnetGroupDescription": "isolated", "SubnetIds": [ref(each) for each in subnets]},
        ),
        "Parameters": resource("AWS::RDS::DBParameterGroup", {"Family": "postgres15", "Description": "TLS"}),
    }
    database = managed(
        DBSubnetGroupName=ref("Subnets"), VPCSecurityGroups=[ref("Group")], DBParameterGroupName=ref("Parameters")
    )
    kept = {id_: {**each, "DeletionPolicy": "Retain"} for id_, each in database.items()}
    return {**{id_: {**each, "DeletionPolicy": policy} for id_, each in ground.items()}, **kept}
