"""Which resource types hold data, and which are known to hold none."""

from importlib import resources
from typing import Final

STATEFUL: Final = frozenset(
    {
        "AWS::ACMPCA::CertificateAuthority",
        "AWS::AmazonMQ::Broker",
        "AWS::Backup::BackupVault",
        "AWS::Backup::LogicallyAirGappedBackupVault",
        "AWS::Cassandra::Keyspace",
        "AWS::Cassandra::Table",
        "AWS::CloudFormation::Stack",
        "AWS::CloudTrail::EventDataStore",
        "AWS::CodeCommit::Repository",
        "AWS::Cognito::UserPool",
        "AWS::DSQL::Cluster",
        "AWS::DocDB::DBCluster",
        "AWS::DocDB::DBInstance",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::EMR::Cluster",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::Elasticsearch::Domain",
        "AWS::Events::Archive",
        "AWS::FSx::FileSystem",
        "AWS::FSx::Volume",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::MSK::Cluster",
        "AWS::MSK::ServerlessCluster",
        "AWS::MemoryDB::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::Neptune::DBInstance",
        "AWS::OpenSearchServerless::Collection",
        "AWS::OpenSearchService::Domain",
        "AWS::QLDB::Ledger",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::RDS::GlobalCluster",
        "AWS::Redshift::Cluster",
        "AWS::RedshiftServerless::Namespace",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Tables::TableBucket",
        "AWS::SDB::Domain",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Database",
        "AWS::Timestream::Table",
    }
)
"""The types that hold data, messages, keys, or identities that a template cannot restore."""

STATELESS: Final = frozenset(resources.files("cdk_verdict").joinpath("data", "stateless.txt").read_text().split())
"""Types whose whole state is in their template, so that removing or replacing one loses nothing. The custom resources
are those of aws-cdk-lib."""
