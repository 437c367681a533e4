"""Puts each stage's row and its place together."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol

from aws_cdk import RemovalPolicy

from tap_stack.settings import StageProfile, StageSettings


class Place(Protocol):
    """An account and a Region."""

    @property
    def account(self) -> str:
        """The account, 12 digits."""
        ...

    @property
    def region(self) -> str:
        """The Region."""
        ...


def stage_settings(
    places: Mapping[str, Place], *, tools_account: str, table: Mapping[str, StageProfile]
) -> tuple[StageSettings, ...]:
    """Return the settings of the stages in ``places``, in its order; ``table`` has a row for each.

    Enhanced Monitoring writes to one log group per account and Region ("Enhanced Monitoring", RDS User Guide). Of the
    stages there that switch it on, one owns the group and has it: the last with retained data, or else the last.
    """
    owners: dict[tuple[str, str], str] = {}
    for name in sorted(places, key=lambda name: table[name].removal_policy is RemovalPolicy.RETAIN):
        if table[name].enhanced_monitoring:
            owners[places[name].account, places[name].region] = name
    return tuple(
        StageSettings(
            name=name,
            account=place.account,
            region=place.region,
            tools_account=tools_account,
            **_profile(table[name]) | {"enhanced_monitoring": owners.get((place.account, place.region)) == name},
        )
        for name, place in places.items()
    )


def _profile(row: StageProfile) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}
