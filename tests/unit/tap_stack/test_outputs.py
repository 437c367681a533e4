from tests.unit.tap_stack.workload import Workload


def test_the_stack_tells_exactly_what_the_outside_needs(stage: Workload) -> None:
    assert set(stage.template["Outputs"]) == {
        "VpcId",
        "DatabaseEndpoint",
        "DatabaseSecretArn",
        "S3BucketName",
        "CloudFrontDomain",
        "LambdaFunctionName",
        "StackName",
        "RemovalPolicy",
        "LogRetention",
        "CheckRoleArn",
    }


def test_each_output_is_of_the_resource_that_it_names(stage: Workload) -> None:
    values = {name: output["Value"] for name, output in stage.template["Outputs"].items()}
    (bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Data")
    (function,) = stage.ids("AWS::Lambda::Function", "Function/Handler")
    (database,) = stage.raw("AWS::RDS::DBInstance")
    (distribution,) = stage.raw("AWS::CloudFront::Distribution")
    (vpc,) = stage.raw("AWS::EC2::VPC")
    (role,) = stage.ids("AWS::IAM::Role", "CheckRole/Role")
    assert values == {
        "VpcId": {"Ref": vpc},
        "DatabaseEndpoint": {"Fn::GetAtt": [database, "Endpoint.Address"]},
        "DatabaseSecretArn": {"Fn::GetAtt": [database, "MasterUserSecret.SecretArn"]},
        "S3BucketName": {"Ref": bucket},
        "CloudFrontDomain": {"Fn::GetAtt": [distribution, "DomainName"]},
        "LambdaFunctionName": {"Ref": function},
        "StackName": {"Ref": "AWS::StackName"},
        "RemovalPolicy": stage.settings.removal_policy.name,
        "LogRetention": stage.settings.log_retention.name,
        "CheckRoleArn": {"Fn::GetAtt": [role, "Arn"]},
    }
    assert all(output["Description"] for output in stage.template["Outputs"].values())
