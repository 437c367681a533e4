"""Read a synthesized AWS CDK app: stacks, assets, acknowledgements, and findings."""

from cdk_assembly.arn import Arn, account_of, parse_arn
from cdk_assembly.errors import AssemblyError
from cdk_assembly.findings import REPORT, Finding, Findings, read_findings
from cdk_assembly.model import Acknowledgement, Assembly, Asset, Resource, Stack
from cdk_assembly.reading import read_assembly
from cdk_assembly.staleness import stale_acknowledgements, wide_acknowledgements

__all__ = [
    "REPORT",
    "Acknowledgement",
    "Arn",
    "Assembly",
    "AssemblyError",
    "Asset",
    "Finding",
    "Findings",
    "Resource",
    "Stack",
    "account_of",
    "parse_arn",
    "read_assembly",
    "read_findings",
    "stale_acknowledgements",
    "wide_acknowledgements",
]
