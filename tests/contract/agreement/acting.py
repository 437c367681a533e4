"""Which service acts under a role or on a resource of the templates, and what it needs there.

A property that names a role and has no row here fails the contract.
"""

from typing import Final

PASSED: Final = {
    ("AWS::Backup::BackupSelection", "BackupSelection.IamRoleArn"): "backup.amazonaws.com",
    ("AWS::CodeBuild::Project", "ServiceRole"): "codebuild.amazonaws.com",
    ("AWS::CodePipeline::Pipeline", "RoleArn"): "codepipeline.amazonaws.com",
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn"): "vpc-flow-logs.amazonaws.com",
    ("AWS::Events::Rule", "Targets.RoleArn"): "events.amazonaws.com",
    ("AWS::IAM::InstanceProfile", "Roles"): "ec2.amazonaws.com",
    ("AWS::Lambda::Function", "Role"): "lambda.amazonaws.com",
    ("AWS::RDS::DBInstance", "MonitoringRoleArn"): "monitoring.rds.amazonaws.com",
}
"""The service that a role is passed to, by the property that names the role (iam:PassedToService; 'Grant a user
permissions to pass a role to an AWS service', IAM User Guide, and each service's own page)."""

LINKED: Final = {
    "AWS::Backup::BackupSelection": "backup.amazonaws.com",
    "AWS::RDS::DBInstance": "rds.amazonaws.com",
    "AWS::WAFv2::LoggingConfiguration": "wafv2.amazonaws.com",
}
"""The service-linked role that AWS makes in an account with the first resource of a type ('Using service-linked roles'
of each service's guide; CreateServiceLinkedRole in the types' handlers)."""

UNDER_ROLE: Final = {
    "AWS::EC2::FlowLog": (
        ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
        "'IAM role for publishing flow logs to CloudWatch Logs', VPC User Guide",
    ),
    "AWS::RDS::DBInstance": (
        ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
        "'AmazonRDSEnhancedMonitoringRole', AWS Managed Policy Reference",
    ),
}
"""What a service does under the role that a resource names, on the log group that it writes to."""

LOG_BUCKET: Final = ("s3:GetBucketAcl", "s3:PutBucketAcl")
"""What whoever turns CloudFront's standard logging on needs on the bucket ('Configure standard logging (legacy)',
CloudFront Developer Guide)."""

WEB_ACL_LOGS: Final = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
)
"""What whoever turns a web ACL's logging on needs ('Permissions to publish logs to CloudWatch Logs', WAF Developer
Guide)."""
