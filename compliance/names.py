"""What the report calls the rules' plugins."""

from typing import Final

PACK: Final = "AwsSolutions"
"""cdk-nag's pack. The report leaves out a plugin that finds nothing, acknowledged or not."""

OWN: Final = "Delivery"
"""The project's own rules."""
