"""What stores data is encrypted with a key of its own stack."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from compliance.rules.rule import Breach, Rule
from compliance.templates import Resource, Template, values

SSE = "BucketEncryption.ServerSideEncryptionConfiguration.*.ServerSideEncryptionByDefault.KMSMasterKeyID"

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::AmazonMQ::Broker": ("EncryptionOptions.KmsKeyId",),
    "AWS::Backup::BackupVault": ("EncryptionKeyArn",),
    "AWS::Backup::LogicallyAirGappedBackupVault": ("EncryptionKeyArn",),
    "AWS::Cassandra::Table": ("EncryptionSpecification.KmsKeyIdentifier",),
    "AWS::CloudTrail::EventDataStore": ("KmsKeyId",),
    "AWS::CloudTrail::Trail": ("KMSKeyId",),
    "AWS::CodeBuild::Project": ("EncryptionKey",),
    "AWS::CodeCommit::Repository": ("KmsKeyId",),
    "AWS::DSQL::Cluster": ("KmsEncryptionKey",),
    "AWS::DocDB::DBCluster": ("KmsKeyId",),
    "AWS::DynamoDB::GlobalTable": ("Replicas.*.SSESpecification.KMSMasterKeyId",),
    "AWS::DynamoDB::Table": ("SSESpecification.KMSMasterKeyId",),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.BlockDeviceMappings.*.Ebs.KmsKeyId",),
    "AWS::EC2::Volume": ("KmsKeyId",),
    "AWS::ECR::Repository": ("EncryptionConfiguration.KmsKey",),
    "AWS::EFS::FileSystem": ("KmsKeyId",),
    "AWS::ElastiCache::ReplicationGroup": ("KmsKeyId",),
    "AWS::ElastiCache::ServerlessCache": ("KmsKeyId",),
    "AWS::Elasticsearch::Domain": ("EncryptionAtRestOptions.KmsKeyId",),
    "AWS::Events::Archive": ("KmsKeyIdentifier",),
    "AWS::FSx::FileSystem": ("KmsKeyId",),
    "AWS::Kinesis::Stream": ("StreamEncryption.KeyId",),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::MSK::Cluster": ("EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId",),
    "AWS::MemoryDB::Cluster": ("KmsKeyId",),
    "AWS::Neptune::DBCluster": ("KmsKeyId",),
    "AWS::OpenSearchServerless::Collection": ("EncryptionConfig.KmsKeyArn",),
    "AWS::OpenSearchService::Domain": ("EncryptionAtRestOptions.KmsKeyId",),
    "AWS::QLDB::Ledger": ("KmsKey",),
    "AWS::RDS::DBCluster": ("KmsKeyId",),
    "AWS::RDS::DBInstance": ("KmsKeyId", "MasterUserSecret.KmsKeyId", "PerformanceInsightsKMSKeyId"),
    "AWS::Redshift::Cluster": ("KmsKeyId",),
    "AWS::RedshiftServerless::Namespace": ("KmsKeyId",),
    "AWS::S3::Bucket": (SSE,),
    "AWS::S3Express::DirectoryBucket": (SSE,),
    "AWS::S3Tables::TableBucket": ("EncryptionConfiguration.KMSKeyArn",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
    "AWS::Timestream::Database": ("KmsKeyId",),
}
"""The types that store data, and the properties of each that name its key. In a cluster, the cluster has it."""

KEY_KINDS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")


def _breaches(template: Template) -> Iterator[Breach]:
    for kind, paths in KEYS.items():
        for id_, found in template.of_type(kind):
            if kind == "AWS::Lambda::Function" and not found.get("Environment", {}).get("Variables"):
                continue  # The key of a function encrypts its variables.
            for path in paths:
                named = list(values(found, path))
                if not named or not all(_is_own_key(value, template.resources) for value in named):
                    yield Breach(
                        resource=id_, location=f"Properties.{path}", what=f"set {path} to the key of the stack"
                    )


def _is_own_key(value: Any, resources: Mapping[str, Resource]) -> bool:
    """Whether a value names a key of the template, by its ARN, its id or an alias of it."""
    if not isinstance(value, Mapping):
        return False
    id_ = value["Ref"] if "Ref" in value else value.get("Fn::GetAtt", [None])[0]
    resource = resources.get(id_, {})
    if resource.get("Type") == "AWS::KMS::Alias":
        return _is_own_key(resource["Properties"]["TargetKeyId"], resources)
    return resource.get("Type") in KEY_KINDS


ENCRYPTION: Final = Rule(
    name="Encryption",
    says="What stores data is encrypted with the customer-managed key of its own stack.",
    source="NIST SP 800-53 R5 SC-12, SC-28(1); 'Data protection' in the KMS Developer Guide",
    breaches=_breaches,
)
