"""The Regions in which the delivery works: what AWS documents as missing elsewhere is not built here.

Written as names, since Regions opened after March 20, 2019 are all opt-in ("AWS Regions", AWS Account Management
reference): the list of those that are enabled by default no longer grows.
"""

from typing import Final

STAGE_REGIONS: Final = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)
"""Where a stage may be: the Regions of the partition ``aws`` that are enabled by default.

CloudFront's standard logging (legacy), which the workload uses, does not deliver to buckets in opt-in Regions
("Configure standard logging (legacy)", CloudFront Developer Guide; sending logs to opt-in Regions is what v2 adds). In
the China Regions, CodePipeline has no CloudFormation action ("CloudFormation deploy action reference", CodePipeline
User Guide); an output of a stack in us-east-1, which has the firewall, can't be read from another partition."""

PIPELINE_REGIONS: Final = STAGE_REGIONS - {"ap-northeast-3"}
"""Where the pipeline may be: CodePipeline has no connection as a source in Osaka, nor in most opt-in Regions
("CodeStarSourceConnection", CodePipeline User Guide)."""
