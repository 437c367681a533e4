from tap_stack.function import RECEIPT_KEY
from tests.synthesis import as_list
from tests.unit.tap_stack.workload import Workload


def test_the_function_is_told_its_bucket(stage: Workload) -> None:
    function = stage.the("AWS::Lambda::Function", "Function/Handler")
    (bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Data")
    assert function["Environment"]["Variables"]["BUCKET_NAME"] == {"Ref": bucket}
    assert function["Runtime"].startswith("python3.")


def test_the_function_is_told_where_the_database_and_its_credentials_are(stage: Workload) -> None:
    variables = stage.the("AWS::Lambda::Function", "Function/Handler")["Environment"]["Variables"]
    (database,) = stage.raw("AWS::RDS::DBInstance")
    assert variables["DATABASE_HOST"] == {"Fn::GetAtt": [database, "Endpoint.Address"]}
    assert variables["DATABASE_PORT"] == {"Fn::GetAtt": [database, "Endpoint.Port"]}
    assert variables["DATABASE_SECRET_ARN"] == {"Fn::GetAtt": [database, "MasterUserSecret.SecretArn"]}


def test_the_database_s_user_and_name_are_one_as_the_function_takes_for_granted(stage: Workload) -> None:
    database = stage.the("AWS::RDS::DBInstance")
    assert database["DBName"] == database["MasterUsername"]


def test_the_function_runs_in_the_private_tier_behind_its_own_group(stage: Workload) -> None:
    place = stage.the("AWS::Lambda::Function", "Function/Handler")["VpcConfig"]
    assert {subnet["Ref"] for subnet in place["SubnetIds"]} == set(
        stage.ids("AWS::EC2::Subnet", "Network/Vpc/PrivateSubnet")
    )
    (own,) = stage.ids("AWS::EC2::SecurityGroup", "SecurityGroups/Function")
    assert place["SecurityGroupIds"] == [{"Fn::GetAtt": [own, "GroupId"]}]


def test_function_reserves_the_concurrency_of_its_stage(stage: Workload) -> None:
    reserved = stage.the("AWS::Lambda::Function", "Function/Handler").get("ReservedConcurrentExecutions")
    assert reserved == stage.settings.reserved_concurrency


def test_the_role_reaches_one_object_and_the_key_through_s3(stage: Workload) -> None:
    (bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Data")
    (group,) = stage.ids("AWS::Logs::LogGroup", "Function/Log")
    statements = stage.the("AWS::IAM::ManagedPolicy", "Function/Access/Data")["PolicyDocument"]["Statement"]
    allowed = {action: s for s in statements for action in as_list(s["Action"])}
    assert set(allowed) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    receipt = {"Fn::Join": ["", [{"Fn::GetAtt": [bucket, "Arn"]}, f"/{RECEIPT_KEY}"]]}
    assert allowed["s3:PutObject"]["Resource"] == receipt
    assert allowed["s3:GetObjectVersion"]["Resource"] == receipt
    assert allowed["logs:PutLogEvents"]["Resource"] == {"Fn::GetAtt": [group, "Arn"]}
    assert allowed["kms:Decrypt"]["Resource"] == stage.key()
    via = allowed["kms:Decrypt"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == {"Fn::Join": ["", ["s3.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]}


def test_the_role_reads_the_database_s_secret_alone_and_decrypts_nothing_else_on_the_way(stage: Workload) -> None:
    reading, decrypting = stage.the("AWS::IAM::ManagedPolicy", "Function/Access/Credentials")["PolicyDocument"][
        "Statement"
    ]
    secret = {"Fn::GetAtt": [next(iter(stage.raw("AWS::RDS::DBInstance"))), "MasterUserSecret.SecretArn"]}
    assert (reading["Action"], reading["Resource"]) == ("secretsmanager:GetSecretValue", secret)
    assert (decrypting["Action"], decrypting["Resource"]) == ("kms:Decrypt", stage.key())
    assert decrypting["Condition"]["StringEquals"] == {
        "kms:ViaService": {"Fn::Join": ["", ["secretsmanager.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]},
        "kms:EncryptionContext:SecretARN": secret,
    }


def test_network_interfaces_are_for_lambda_and_not_for_the_function_s_code(stage: Workload) -> None:
    statements = stage.the("AWS::IAM::ManagedPolicy", "Function/Access/NetworkInterfaces")["PolicyDocument"][
        "Statement"
    ]
    allow, deny = statements
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert allow["Action"] == deny["Action"]
    assert "lambda:SourceFunctionArn" in deny["Condition"]["ArnLike"]


def test_the_function_waits_for_all_its_permissions(stage: Workload) -> None:
    (resource,) = (r for r in stage.raw("AWS::Lambda::Function").values() if stage.path(r) == "Function/Handler")
    assert set(stage.ids("AWS::IAM::ManagedPolicy", "Function/Access")) <= set(resource["DependsOn"])
