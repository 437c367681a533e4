from tests.synthesis import Resource, as_list
from tests.unit.tap_stack.workload import Workload

DATA_ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt", "kms:CreateGrant", "kms:*")


def statements(stage: Workload) -> list[Resource]:
    policy = stage.the("AWS::KMS::Key")["KeyPolicy"]
    return list(policy["Statement"])


def uses_data(statement: Resource) -> bool:
    return any(action.startswith(DATA_ACTIONS) for action in as_list(statement["Action"]))


def test_one_key_is_rotated_and_says_what_it_is_for(stage: Workload) -> None:
    key = stage.the("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    assert key["Description"] == "KMS key for TAP financial services app"


def test_the_account_uses_the_key_through_named_services_and_in_no_other_way(stage: Workload) -> None:
    by_account = [s for s in statements(stage) if "AWS" in s["Principal"] and uses_data(s)]
    assert len(by_account) == 2
    for statement in by_account:
        equals = statement["Condition"]["StringEquals"]
        assert equals["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
        services = {"ec2", "lambda", "rds", "s3", "secretsmanager", "sns", "sqs"}
        services |= {"backup"} if stage.settings.monthly_backup_days else set()
        assert set(equals["kms:ViaService"]) == {f"{service}.us-east-1.amazonaws.com" for service in services}


def test_key_lets_backup_create_the_vault_of_a_stage(vaulted_stage: Workload) -> None:
    needed = {"kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey*", "kms:RetireGrant"}
    assert needed <= through("backup", vaulted_stage)
    assert "kms:DescribeKey" in statements(vaulted_stage)[0]["Action"]


def test_key_allows_nothing_through_backup_where_a_stage_has_no_vault(stage: Workload) -> None:
    assert bool(through("backup", stage)) is bool(stage.settings.monthly_backup_days)


def through(service: str, stage: Workload) -> set[str]:
    """The actions that the account is allowed on the key through a service."""
    via = f"{service}.us-east-1.amazonaws.com"
    conditions = {id(s): s.get("Condition", {}).get("StringEquals", {}) for s in statements(stage)}
    allowed = [s for s in statements(stage) if via in conditions[id(s)].get("kms:ViaService", [])]
    return {action for statement in allowed for action in as_list(statement["Action"])}


def test_grants_are_for_aws_services_only(stage: Workload) -> None:
    granting = [s for s in statements(stage) if "kms:CreateGrant" in as_list(s["Action"])]
    assert [s["Condition"]["Bool"] for s in granting] == [{"kms:GrantIsForAWSResource": "true"}]


def test_cloudwatch_logs_uses_the_key_for_log_groups_of_this_account_and_region_only(stage: Workload) -> None:
    (statement,) = (s for s in statements(stage) if s["Principal"].get("Service", "").startswith("logs."))
    assert statement["Principal"]["Service"] == "logs.us-east-1.amazonaws.com"
    pattern = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Join"][1]
    assert pattern[-3:] == [":logs:us-east-1:", {"Ref": "AWS::AccountId"}, ":log-group:*"]


def test_cloudfront_decrypts_for_distributions_of_this_account_only(stage: Workload) -> None:
    (statement,) = (s for s in statements(stage) if s["Principal"].get("Service", "").startswith("cloudfront."))
    assert statement["Action"] == "kms:Decrypt"
    pattern = statement["Condition"]["ArnLike"]["AWS:SourceArn"]["Fn::Join"][1]
    assert pattern[-3:] == [":cloudfront::", {"Ref": "AWS::AccountId"}, ":distribution/*"]


def test_nobody_else_is_in_the_key_policy(stage: Workload) -> None:
    assert len(statements(stage)) == 5
    assert all(s["Effect"] == "Allow" for s in statements(stage))
    account = f"arn:aws:iam::{stage.settings.account}:root"
    assert {s["Principal"].get("AWS", account) for s in statements(stage)} == {account}


def test_administrators_can_hand_the_policy_on_and_schedule_the_end(stage: Workload) -> None:
    (administration,) = (s for s in statements(stage) if "Condition" not in s)
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey"} <= set(administration["Action"])
    assert not uses_data(administration)


def test_everything_at_rest_is_under_the_key(stage: Workload) -> None:
    key = stage.key()
    database = stage.the("AWS::RDS::DBInstance")
    function = stage.the("AWS::Lambda::Function", "Function/Handler")
    volume = stage.the("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"]
    data = stage.the("AWS::S3::Bucket", "Storage/Data")["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert database["KmsKeyId"] == key
    assert database["MasterUserSecret"] == {"KmsKeyId": key}
    assert database["PerformanceInsightsKMSKeyId"] == key
    assert function["KmsKeyArn"] == key
    assert volume["KmsKeyId"] == key
    assert data["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key
    groups = stage.of_type("AWS::Logs::LogGroup").values()
    assert [group["KmsKeyId"] for group in groups] == [key] * len(groups)


def test_key_deletion_waits_as_long_as_its_stage_says(stage: Workload) -> None:
    assert stage.the("AWS::KMS::Key")["PendingWindowInDays"] == stage.settings.key_pending_window_days
