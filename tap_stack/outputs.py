"""What the stack tells the outside."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack


def outputs(stack: Stack, values: Mapping[str, tuple[str, str]]) -> Mapping[str, CfnOutput]:
    """Add an output to ``stack`` for each name, of its value and description, and return them by name."""
    return {
        name: CfnOutput(stack, name, value=value, description=description)
        for name, (value, description) in values.items()
    }
