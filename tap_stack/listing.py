"""Why some policies that only read name no resource."""

from typing import Final

LISTING: Final = (
    "These actions read across resources: those of EC2 and CloudWatch have no resource types, and CloudWatch Logs "
    "lists and searches all log groups at once (Service Authorization Reference, 'Amazon EC2', 'Amazon CloudWatch' and "
    "'Amazon CloudWatch Logs')."
)
