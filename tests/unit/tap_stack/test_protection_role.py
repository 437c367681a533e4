from tests.unit.tap_stack.workload import Workload


def test_it_switches_the_protection_of_its_own_stack_and_can_do_nothing_else(prod: Workload) -> None:
    (role_id,) = prod.ids("AWS::IAM::Role", "Protection/Role")
    policies = prod.of_type("AWS::IAM::ManagedPolicy").values()
    (policy,) = (policy for policy in policies if {"Ref": role_id} in policy.get("Roles", []))
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "cloudformation:UpdateTerminationProtection"
    assert statement["Resource"] == {"Ref": "AWS::StackId"}


def test_only_roles_of_the_pipeline_in_the_tools_account_take_it_on(prod: Workload) -> None:
    role = prod.the("AWS::IAM::Role", "Protection/Role")
    assert role["RoleName"] == prod.settings.protection_role_name
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{prod.settings.tools_account}:root"}
    assert trust["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Join"][1][-1].endswith(":role/TapPipeline-*")


def test_a_stage_without_termination_protection_has_no_such_role(dev: Workload) -> None:
    assert dev.ids("AWS::IAM::Role", "Protection/Role") == []
