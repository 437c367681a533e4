from tests.unit.tap_stack.workload import Workload


def test_it_switches_the_protection_of_its_own_stack_and_can_do_nothing_else(protected_stage: Workload) -> None:
    (role_id,) = protected_stage.ids("AWS::IAM::Role", "Protection/Role")
    policies = protected_stage.of_type("AWS::IAM::ManagedPolicy").values()
    (policy,) = (policy for policy in policies if {"Ref": role_id} in policy.get("Roles", []))
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "cloudformation:UpdateTerminationProtection"
    assert statement["Resource"] == {"Ref": "AWS::StackId"}


def test_only_roles_of_the_pipeline_in_the_tools_account_take_it_on(protected_stage: Workload) -> None:
    role = protected_stage.the("AWS::IAM::Role", "Protection/Role")
    assert role["RoleName"] == protected_stage.settings.protection_role_name
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{protected_stage.settings.tools_account}:root"}
    assert trust["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Join"][1][-1].endswith(":role/TapPipeline-*")


def test_role_exists_only_in_stages_with_termination_protection(stage: Workload) -> None:
    found = stage.ids("AWS::IAM::Role", "Protection/Role")
    assert bool(found) is stage.settings.termination_protection
