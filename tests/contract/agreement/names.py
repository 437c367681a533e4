"""What CloudFormation and AWS call resources, and the ARNs under which calls on them are authorized.

The forms are those of the Service Authorization Reference, one page a service. Of two forms that different documents
name, both are here: a policy must work under either.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.contract.agreement.stacks import Stack

FORMS = {
    "AWS::Backup::BackupPlan": ("arn:aws:backup:{region}:{account}:backup-plan:00000000-0000-4000-8000-000000000000",),
    "AWS::Backup::BackupVault": ("arn:aws:backup:{region}:{account}:backup-vault:{name}",),
    "AWS::CloudFront::Distribution": ("arn:aws:cloudfront::{account}:distribution/E1",),
    "AWS::CloudFront::OriginAccessControl": ("arn:aws:cloudfront::{account}:origin-access-control/E2",),
    # A name begins with the logical id alone, without the stack's.
    "AWS::CodeBuild::Project": ("arn:aws:codebuild:{region}:{account}:project/{id}-x1",),
    "AWS::CodePipeline::Pipeline": ("arn:aws:codepipeline:{region}:{account}:{name}",),
    "AWS::EC2::EIP": ("arn:aws:ec2:{region}:{account}:elastic-ip/eipalloc-1",),
    "AWS::EC2::FlowLog": ("arn:aws:ec2:{region}:{account}:vpc-flow-log/fl-1",),
    "AWS::EC2::InternetGateway": ("arn:aws:ec2:{region}:{account}:internet-gateway/igw-1",),
    "AWS::EC2::LaunchTemplate": ("arn:aws:ec2:{region}:{account}:launch-template/lt-1",),
    "AWS::EC2::NatGateway": ("arn:aws:ec2:{region}:{account}:natgateway/nat-1",),
    "AWS::EC2::RouteTable": ("arn:aws:ec2:{region}:{account}:route-table/rtb-1",),
    "AWS::EC2::SecurityGroup": ("arn:aws:ec2:{region}:{account}:security-group/sg-1",),
    "AWS::EC2::Subnet": ("arn:aws:ec2:{region}:{account}:subnet/subnet-1",),
    "AWS::EC2::VPC": ("arn:aws:ec2:{region}:{account}:vpc/vpc-1",),
    "AWS::EC2::VPCEndpoint": ("arn:aws:ec2:{region}:{account}:vpc-endpoint/vpce-1",),
    "AWS::Events::Rule": ("arn:aws:events:{region}:{account}:rule/{name}",),
    "AWS::IAM::Group": ("arn:aws:iam::{account}:group/{name}",),
    "AWS::IAM::InstanceProfile": ("arn:aws:iam::{account}:instance-profile/{name}",),
    "AWS::IAM::ManagedPolicy": ("arn:aws:iam::{account}:policy/{name}",),
    "AWS::IAM::Role": ("arn:aws:iam::{account}:role/{name}",),
    "AWS::KMS::Alias": ("arn:aws:kms:{region}:{account}:{name}",),
    "AWS::KMS::Key": ("arn:aws:kms:{region}:{account}:key/{id}",),
    "AWS::Lambda::Function": ("arn:aws:lambda:{region}:{account}:function:{name}",),
    # Tagging and ListTagsForResource take the ARN without ":*" (LogGroup, CloudWatch Logs API Reference).
    "AWS::Logs::LogGroup": (
        "arn:aws:logs:{region}:{account}:log-group:{name}:*",
        "arn:aws:logs:{region}:{account}:log-group:{name}",
    ),
    "AWS::RDS::DBInstance": ("arn:aws:rds:{region}:{account}:db:{name}",),
    "AWS::RDS::DBParameterGroup": ("arn:aws:rds:{region}:{account}:pg:{lower}",),
    "AWS::RDS::DBSubnetGroup": ("arn:aws:rds:{region}:{account}:subgrp:{lower}",),
    "AWS::S3::Bucket": ("arn:aws:s3:::{lower}",),
    "AWS::SNS::Topic": ("arn:aws:sns:{region}:{account}:{name}",),
    "AWS::SQS::Queue": ("arn:aws:sqs:{region}:{account}:{name}",),
    "AWS::WAFv2::WebACL": ("arn:aws:wafv2:{region}:{account}:global/webacl/{name}/x1",),
}
NAMED_BY = ("BackupVaultName", "DBInstanceIdentifier", "LogGroupName", "RoleName", "AliasName")
BY_ARN = ("AWS::IAM::ManagedPolicy", "AWS::SNS::Topic")
"""The types of which ``Ref`` is the ARN."""


def name(stack: "Stack", id_: str) -> str:
    """Return the physical name: the one in the template, or one as CloudFormation makes it."""
    properties = stack.template["Resources"][id_].get("Properties", {})
    own = [properties[each] for each in NAMED_BY if each in properties]
    return str(stack.resolve(own[0])) if own else f"{stack.name}-{id_}-x1"


def arns(stack: "Stack", id_: str) -> tuple[str, ...]:
    """Return the ARNs of a resource; none for a type without any."""
    called = name(stack, id_)
    bucket = stack.template["Resources"][id_].get("Properties", {}).get("BucketName")
    lower = str(stack.resolve(bucket)) if bucket else called.lower()
    parts = {"region": stack.region, "account": stack.account, "name": called, "lower": lower, "id": id_}
    return tuple(form.format(**parts) for form in FORMS.get(stack.template["Resources"][id_]["Type"], ()))


def reference(stack: "Stack", id_: str) -> str:
    """Return what ``Ref`` is."""
    resource = stack.template["Resources"].get(id_)
    if resource is None:
        return f"parameter/{id_}"
    known = arns(stack, id_)
    if resource["Type"] in BY_ARN:
        return known[0]
    return known[0].rpartition(":")[2] if resource["Type"] == "AWS::S3::Bucket" else name(stack, id_)


def attribute(stack: "Stack", id_: str, attribute_: str) -> Any:
    """Return what ``Fn::GetAtt`` is: an ARN where it names one, else a text that matches nothing else."""
    known = arns(stack, id_)
    if attribute_ in ("Arn", "BackupVaultArn", "DBInstanceArn") and known:
        return known[0]
    if attribute_ == "MasterUserSecret.SecretArn":
        return f"arn:aws:secretsmanager:{stack.region}:{stack.account}:secret:rds!db-1-x1"
    return f"{id_}.{attribute_}"
