from tests.synthesis import as_list
from tests.unit.tap_stack.workload import Workload

# Each is acknowledged where it stands, with the reason why it can't be narrower.
ANY_RESOURCE = {"Checks/Lists", "Function/Access/NetworkInterfaces", "Instances/SessionManager", "Operators/Figures"}


def test_no_role_holds_a_policy_that_aws_manages(stage: Workload) -> None:
    for role in stage.raw("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role["Properties"], stage.path(role)


def test_services_act_for_this_account_alone(stage: Workload) -> None:
    # All but EC2, which names no source, and takes the role from an instance profile of the account.
    for role in stage.raw("AWS::IAM::Role").values():
        for trust in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            service = trust["Principal"].get("Service")
            if service and service != "ec2.amazonaws.com":
                source = trust["Condition"]["StringEquals"]["aws:SourceAccount"]
                assert source == {"Ref": "AWS::AccountId"}, stage.path(role)


def test_every_permission_names_its_actions(stage: Workload) -> None:
    for path, statements in stage.policies():
        actions = [action for s in statements if s["Effect"] == "Allow" for action in as_list(s["Action"])]
        assert not any("*" in action for action in actions), path


def test_every_permission_names_its_resources_but_where_it_is_acknowledged(stage: Workload) -> None:
    open_ended = {
        path
        for path, statements in stage.policies()
        for s in statements
        if s["Effect"] == "Allow" and any(resource == "*" for resource in as_list(s["Resource"]))
    }
    assert open_ended == ANY_RESOURCE | ({"Backups/Snapshots"} if stage.settings.monthly_backup_days else set())
