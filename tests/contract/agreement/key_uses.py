"""Which service uses the key of a resource, for whom, and what it asks KMS for: no schema of the registry has it all.

A property that names a key and has no row here fails the contract.
"""

from dataclasses import dataclass

CREATES, READS = "kms:CreateGrant", ("kms:Decrypt", "kms:GenerateDataKey")
WITH_GRANT = (CREATES, *READS, "kms:DescribeKey")


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """One row: what AWS does with the key that ``prop`` of ``kind`` names.

    ``by_deployer`` is asked for by the role that CloudFormation works under, through the service ``via``;
    ``by_users`` by the roles that use the resource later, of which the key's policy must let the account's through
    ``via``; ``by_service`` by the service itself, as the principal ``service``.
    """

    kind: str
    prop: str
    source: str
    via: str = ""
    by_deployer: tuple[str, ...] = ()
    by_users: tuple[str, ...] = ()
    service: str = ""
    by_service: tuple[str, ...] = ()


KEY_USES = (
    KeyUse(
        kind="AWS::Backup::BackupVault",
        prop="EncryptionKeyArn",
        via="backup",
        by_deployer=(*WITH_GRANT, "kms:RetireGrant"),
        source="'Create a backup vault', AWS Backup Developer Guide; 'KMS key policy', same guide (kms:ViaService)",
    ),
    KeyUse(
        kind="AWS::CodeBuild::Project",
        prop="EncryptionKey",
        via="s3",
        by_users=READS,
        source="'Encrypt build outputs', CodeBuild User Guide: the service role uses the key for what it stores in S3",
    ),
    KeyUse(
        kind="AWS::CodePipeline::Pipeline",
        prop="ArtifactStore.EncryptionKey.Id",
        via="s3",
        by_users=READS,
        source="'Configure server-side encryption for artifacts stored in Amazon S3', CodePipeline User Guide",
    ),
    KeyUse(
        kind="AWS::CodePipeline::Pipeline",
        prop="ArtifactStores.ArtifactStore.EncryptionKey.Id",
        via="s3",
        by_users=READS,
        source="the same page, for each Region's artifact store",
    ),
    KeyUse(
        kind="AWS::EC2::LaunchTemplate",
        prop="LaunchTemplateData.BlockDeviceMappings.Ebs.KmsKeyId",
        via="ec2",
        by_users=(
            CREATES,
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
        ),
        source="'Permissions for using KMS keys with EBS', EBS User Guide",
    ),
    KeyUse(
        kind="AWS::Lambda::Function",
        prop="KmsKeyArn",
        via="lambda",
        by_deployer=(*WITH_GRANT, "kms:Encrypt"),
        by_users=("kms:Decrypt",),
        source="'Encrypting environment variables', Lambda Developer Guide; the type's create and update handlers",
    ),
    KeyUse(
        kind="AWS::Logs::LogGroup",
        prop="KmsKeyId",
        service="logs.{region}.amazonaws.com",
        by_service=(*READS, "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"),
        source="'Encrypt log data in CloudWatch Logs using AWS KMS', CloudWatch Logs User Guide",
    ),
    KeyUse(
        kind="AWS::RDS::DBInstance",
        prop="KmsKeyId",
        via="rds",
        by_deployer=(CREATES, "kms:DescribeKey"),
        source="'AWS KMS key management', RDS User Guide; the type's create and update handlers",
    ),
    KeyUse(
        kind="AWS::RDS::DBInstance",
        prop="PerformanceInsightsKMSKeyId",
        via="rds",
        by_deployer=(CREATES, "kms:DescribeKey"),
        by_users=READS,
        source="'Configuring an AWS KMS policy for Performance Insights', RDS User Guide",
    ),
    KeyUse(
        kind="AWS::RDS::DBInstance",
        prop="MasterUserSecret.KmsKeyId",
        via="secretsmanager",
        by_deployer=(CREATES, *READS),
        by_users=("kms:Decrypt",),
        source="'Password management with RDS and AWS Secrets Manager', RDS User Guide",
    ),
    KeyUse(
        kind="AWS::S3::Bucket",
        prop="BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID",
        via="s3",
        by_users=READS,
        source="'Using server-side encryption with AWS KMS keys', S3 User Guide",
    ),
    KeyUse(
        kind="AWS::SNS::Topic",
        prop="KmsMasterKeyId",
        via="sns",
        by_users=READS,
        source="'Managing Amazon SNS encryption keys', SNS Developer Guide: whoever publishes",
    ),
    KeyUse(
        kind="AWS::SQS::Queue",
        prop="KmsMasterKeyId",
        via="sqs",
        by_users=READS,
        source="'Amazon SQS key management', SQS Developer Guide: whoever sends and receives",
    ),
    KeyUse(
        kind="AWS::KMS::Alias",
        prop="TargetKeyId",
        source="'Access to aliases', KMS Developer Guide: CreateAlias on key and alias, which the type's handlers list",
    ),
)
