from pathlib import Path

import aws_cdk as cdk

from tap_stack.function import CODE, PACKAGE, RECEIPT_KEY, function_code
from tests.synthesis import as_list, new_app
from tests.unit.tap_stack.workload import Workload


def asset_key(root: Path, outdir: Path) -> str:
    """Where the code of the function below ``root`` would be uploaded: its hash."""
    stack = cdk.Stack(new_app(outdir), "Code")
    location = function_code(root).bind(stack).s3_location
    assert location is not None
    return location.object_key


def code_folder(root: Path) -> Path:
    """A folder that holds a function like ours."""
    package = root / PACKAGE
    package.mkdir(parents=True)
    (package / "handler.py").write_text("def handler(): ...\n")
    return root


def test_the_function_is_told_its_bucket(stage: Workload) -> None:
    function = stage.the("AWS::Lambda::Function", "Function/Handler")
    (bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Data")
    assert function["Environment"]["Variables"]["BUCKET_NAME"] == {"Ref": bucket}
    assert function["Runtime"].startswith("python3.")


def test_the_handler_named_in_the_template_is_in_the_asset(stage: Workload) -> None:
    function = stage.the("AWS::Lambda::Function", "Function/Handler")
    module = function["Handler"].rpartition(".")[0].replace(".", "/") + ".py"
    asset = stage.assembly / f"asset.{function['Code']['S3Key'].removesuffix('.zip')}"
    assert (asset / module).read_bytes() == (CODE / module).read_bytes()


def test_the_asset_holds_every_module_of_the_package_and_nothing_else(stage: Workload) -> None:
    key = stage.the("AWS::Lambda::Function", "Function/Handler")["Code"]["S3Key"]
    asset = stage.assembly / f"asset.{key.removesuffix('.zip')}"
    files = {path.relative_to(asset) for path in asset.rglob("*") if path.is_file()}
    assert files == {path.relative_to(CODE) for path in (CODE / PACKAGE).glob("*.py")}


def test_what_python_and_others_leave_beside_the_code_does_not_change_the_asset(tmp_path: Path) -> None:
    clean, used = code_folder(tmp_path / "clean"), code_folder(tmp_path / "used")
    (used / PACKAGE / "__pycache__").mkdir()
    (used / PACKAGE / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"\0")
    (used / PACKAGE / "notes.md").write_text("notes")
    (used / "another_function").mkdir()
    (used / "another_function" / "handler.py").write_text("")
    assert asset_key(used, tmp_path / "out-used") == asset_key(clean, tmp_path / "out-clean")


def test_a_change_to_the_code_changes_the_asset(tmp_path: Path) -> None:
    before, after = code_folder(tmp_path / "before"), code_folder(tmp_path / "after")
    (after / PACKAGE / "handler.py").write_text("def handler(): pass\n")
    assert asset_key(after, tmp_path / "out-after") != asset_key(before, tmp_path / "out-before")


def test_the_function_runs_in_the_private_tier_behind_its_own_group(stage: Workload) -> None:
    place = stage.the("AWS::Lambda::Function", "Function/Handler")["VpcConfig"]
    assert {subnet["Ref"] for subnet in place["SubnetIds"]} == set(
        stage.ids("AWS::EC2::Subnet", "Network/Vpc/PrivateSubnet")
    )
    (own,) = stage.ids("AWS::EC2::SecurityGroup", "SecurityGroups/Function")
    assert place["SecurityGroupIds"] == [{"Fn::GetAtt": [own, "GroupId"]}]


def test_every_stage_sets_concurrency_aside_and_prod_more_of_it(dev: Workload, prod: Workload) -> None:
    in_dev, in_prod = (
        stage.the("AWS::Lambda::Function", "Function/Handler")["ReservedConcurrentExecutions"] for stage in (dev, prod)
    )
    assert 0 < in_dev < in_prod


def test_the_role_reaches_one_object_and_the_key_through_s3(stage: Workload) -> None:
    (bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Data")
    (group,) = stage.ids("AWS::Logs::LogGroup", "Function/Log")
    statements = stage.the("AWS::IAM::ManagedPolicy", "Function/Access/Data")["PolicyDocument"]["Statement"]
    allowed = {action: s for s in statements for action in as_list(s["Action"])}
    assert set(allowed) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
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
