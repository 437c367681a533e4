import json

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.unit.tap_stack.workload import Workload

# cfn-lint's own words for an engine version that RDS has deprecated, and for one that it does not know.
NOT_CREATED = {"W3691", "E3691"}


def found(engine_version: str) -> set[str]:
    properties = {"Engine": "postgres", "EngineVersion": engine_version, "DBInstanceClass": "db.t3.micro"}
    template = {"Resources": {"Database": {"Type": "AWS::RDS::DBInstance", "Properties": properties}}}
    return {match.rule.id for match in lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"]))}


def test_rds_still_creates_the_engine_version(stage: Workload) -> None:
    # cfn-lint's data follow RDS: the first version of it in the lock that has this engine deprecated fails here.
    version = stage.the("AWS::RDS::DBInstance")["EngineVersion"]
    assert found(version) & NOT_CREATED == set()
    assert version.startswith("15.")


def test_an_engine_version_that_rds_creates_no_more_is_noticed() -> None:
    assert found("15.8") & NOT_CREATED == {"W3691"}
    assert found("15.99") & NOT_CREATED == {"E3691"}


def test_the_database_stands_in_the_isolated_tier_behind_its_own_group(stage: Workload) -> None:
    database = stage.the("AWS::RDS::DBInstance")
    subnets = {subnet["Ref"] for subnet in stage.the("AWS::RDS::DBSubnetGroup")["SubnetIds"]}
    assert subnets == set(stage.ids("AWS::EC2::Subnet", "Network/Vpc/IsolatedSubnet"))
    assert database["PubliclyAccessible"] is False
    (own,) = stage.ids("AWS::EC2::SecurityGroup", "SecurityGroups/Database")
    assert database["VPCSecurityGroups"] == [{"Fn::GetAtt": [own, "GroupId"]}]


def test_nobody_types_the_password(stage: Workload) -> None:
    database = stage.the("AWS::RDS::DBInstance")
    assert database["ManageMasterUserPassword"] is True
    assert "MasterUserPassword" not in database


def test_tls_is_forced(stage: Workload) -> None:
    parameters = stage.the("AWS::RDS::DBParameterGroup")
    assert parameters["Parameters"]["rds.force_ssl"] == "1"
    assert parameters["Family"] == "postgres15"
    assert stage.the("AWS::RDS::DBInstance")["DBParameterGroupName"]["Ref"] in stage.raw("AWS::RDS::DBParameterGroup")


def test_size_and_backups(stage: Workload) -> None:
    database = stage.the("AWS::RDS::DBInstance")
    assert database["DBInstanceClass"] == f"db.{stage.settings.database_class}"
    assert database["AllocatedStorage"] == "20"
    assert database["StorageEncrypted"] is True
    assert database["BackupRetentionPeriod"] == stage.settings.backup_days


def test_logs_are_exported_to_groups_that_exist_before_the_database(stage: Workload) -> None:
    (database,) = stage.raw("AWS::RDS::DBInstance").values()
    name = database["Properties"]["DBInstanceIdentifier"]
    expected = {f"/aws/rds/instance/{name}/{log}" for log in database["Properties"]["EnableCloudwatchLogsExports"]}
    groups = stage.of_type("AWS::Logs::LogGroup")
    first = {groups[dependency]["LogGroupName"] for dependency in database["DependsOn"] if dependency in groups}
    assert first - {"RDSOSMetrics"} == expected
    assert {"postgresql", "upgrade"} == set(database["Properties"]["EnableCloudwatchLogsExports"])


def test_the_system_is_watched_every_minute_into_a_log_group_of_the_stack(monitored_stage: Workload) -> None:
    (database,) = monitored_stage.raw("AWS::RDS::DBInstance").values()
    assert database["Properties"]["MonitoringInterval"] == 60
    (group,) = monitored_stage.ids("AWS::Logs::LogGroup", "Database/Monitoring/Log")
    assert monitored_stage.of_type("AWS::Logs::LogGroup")[group]["LogGroupName"] == "RDSOSMetrics"
    assert group in database["DependsOn"]


def test_rds_reports_for_this_database_alone(monitored_stage: Workload) -> None:
    role = monitored_stage.the("AWS::IAM::Role", "Database/Monitoring/Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    *_, database = trust["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Join"][1]
    assert database == f":db:{monitored_stage.settings.stack_name}"


def test_database_insights_is_on_in_its_standard_mode(stage: Workload) -> None:
    database = stage.the("AWS::RDS::DBInstance")
    assert (database["DatabaseInsightsMode"], database["EnablePerformanceInsights"]) == ("standard", True)


def test_database_has_a_standby_where_its_stage_says_so(stage: Workload) -> None:
    assert stage.the("AWS::RDS::DBInstance")["MultiAZ"] is stage.settings.multi_az
