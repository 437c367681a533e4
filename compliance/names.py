"""What the report calls the rules' plugins."""

from typing import Final

PACK: Final = "AwsSolutions"
NIST: Final = "NIST.800.53.R5"
PCI: Final = "PCI.DSS.321"

PACKS: Final = (PACK, NIST, PCI)
"""cdk-nag's packs. The report leaves out a plugin that finds nothing, acknowledged or not."""

OWN: Final = "Delivery"
"""The project's own rules."""


CLOUDFORMATION: Final = "CloudFormation Validate"
"""CDK's own validation of templates (aws-cdk-lib, CloudFormationValidatePlugin.PLUGIN_NAME)."""


def in_nist_and_pci(rule: str) -> tuple[str, str]:
    """Return the ids of a rule that both packs have under the same name, for instance ``IAMNoInlinePolicy``."""
    return f"{NIST}-{rule}", f"{PCI}-{rule}"
