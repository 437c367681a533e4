"""What a stack promises about its data, written into its template for whoever reads it, the rules included."""

from typing import Final

from aws_cdk import RemovalPolicy, Stack

METADATA: Final = "Delivery"
REMOVAL: Final = "Removal"

WORDS: Final = {RemovalPolicy.DESTROY: "Delete", RemovalPolicy.RETAIN: "Retain"}
"""A removal policy, and the word that CloudFormation has for it."""


def declare_removal(stack: Stack, policy: RemovalPolicy) -> None:
    """Promise that the data of ``stack`` goes with it (DESTROY) or stays (RETAIN)."""
    stack.add_metadata(METADATA, {REMOVAL: WORDS[policy]})
