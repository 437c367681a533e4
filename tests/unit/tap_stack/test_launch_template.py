from typing import Any

from tests.unit.tap_stack.workload import Workload


def data(stage: Workload) -> Any:
    return stage.the("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]


def test_instances_are_small_and_run_the_current_amazon_linux(stage: Workload) -> None:
    assert data(stage)["InstanceType"] == "t3.micro"
    image = data(stage)["ImageId"]
    assert image == "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


def test_the_root_volume_is_encrypted_gp3_of_20_gib(stage: Workload) -> None:
    (device,) = data(stage)["BlockDeviceMappings"]
    assert (device["Ebs"]["VolumeType"], device["Ebs"]["VolumeSize"]) == ("gp3", 20)
    assert device["Ebs"]["Encrypted"] is True


def test_metadata_is_answered_with_a_token_only(stage: Workload) -> None:
    assert data(stage)["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_instances_have_no_public_address_and_no_key_pair(stage: Workload) -> None:
    (interface,) = data(stage)["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is False
    (own,) = stage.ids("AWS::EC2::SecurityGroup", "SecurityGroups/Instances")
    assert interface["Groups"] == [{"Fn::GetAtt": [own, "GroupId"]}]
    assert "KeyName" not in data(stage)


def test_instances_are_reached_through_session_manager(stage: Workload) -> None:
    (profile_id, profile), *others = stage.of_type("AWS::IAM::InstanceProfile").items()
    assert others == []
    assert data(stage)["IamInstanceProfile"]["Arn"] == {"Fn::GetAtt": [profile_id, "Arn"]}
    policy = stage.the("AWS::IAM::ManagedPolicy", "Instances/SessionManager")
    assert policy["Roles"] == profile["Roles"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert {action.partition(":")[0] for action in statement["Action"]} == {"ssm", "ssmmessages"}
