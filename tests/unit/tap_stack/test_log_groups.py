from aws_cdk import aws_logs as logs

from tests.synthesis import as_list
from tests.unit.tap_stack.workload import Workload

# What the enumeration's members are in a template ("PutRetentionPolicy", CloudWatch Logs API Reference).
DAYS = {
    logs.RetentionDays.ONE_WEEK: 7,
    logs.RetentionDays.ONE_MONTH: 30,
    logs.RetentionDays.THREE_MONTHS: 90,
    logs.RetentionDays.SIX_MONTHS: 180,
    logs.RetentionDays.ONE_YEAR: 365,
    logs.RetentionDays.TEN_YEARS: 3653,
}


def test_every_log_group_is_kept_as_long_as_its_stage_says(stage: Workload) -> None:
    settings = stage.settings
    count = 6 + settings.auto_empty_buckets + settings.enhanced_monitoring
    kept = [group["RetentionInDays"] for group in stage.of_type("AWS::Logs::LogGroup").values()]
    assert kept == [DAYS[settings.log_retention]] * count


def test_every_function_writes_to_a_log_group_of_the_stack(stage: Workload) -> None:
    groups = stage.of_type("AWS::Logs::LogGroup")
    functions = stage.of_type("AWS::Lambda::Function")
    assert functions
    for function in functions.values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_no_role_may_make_a_log_group_of_its_own(stage: Workload) -> None:
    for path, statements in stage.policies():
        # The database's monitoring may make the one group that the stack has made before, as AWS's own policy for it.
        open_ended = [s for s in statements if s["Effect"] == "Allow" and path != "Database/Monitoring/Write"]
        actions = [action for s in open_ended for action in as_list(s["Action"])]
        assert "logs:CreateLogGroup" not in actions, path
        assert "logs:*" not in actions, path


def test_the_functions_that_the_cdk_brings_along_write_to_their_own_group_only(stage: Workload) -> None:
    roles = {stage.path(role): role["Properties"] for role in stage.raw("AWS::IAM::Role").values()}
    providers = {path: role for path, role in roles.items() if path.startswith("Custom::")}
    assert len(providers) == 1 + stage.settings.auto_empty_buckets
    for role in providers.values():
        statements = [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]
        (writing,) = (s for s in statements if "logs:PutLogEvents" in s["Action"])
        group, attribute = writing["Resource"]["Fn::GetAtt"]
        assert (group in stage.of_type("AWS::Logs::LogGroup"), attribute) == (True, "Arn")
