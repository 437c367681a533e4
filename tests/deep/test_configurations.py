"""The policies agree in every configuration of accounts, Regions, and boundary."""

import itertools
from pathlib import Path

import pytest

from stages.table import STAGES
from tests.contract.agreement.configurations import (
    PLACES,
    agreed,
    configuration,
    documented,
    environments,
    synthesized,
)
from tests.contract.agreement.key_uses import KEY_USES

REGIONS = ("us-east-1", "eu-west-1")


@pytest.mark.parametrize(
    ("one_account", "region", "bounded"), list(itertools.product((False, True), REGIONS, (False, True)))
)
def test_policies_agree_in_every_configuration(
    one_account: bool,  # noqa: FBT001 - a row of the table
    region: str,
    bounded: bool,  # noqa: FBT001 - a row of the table
    tmp_path: Path,
) -> None:
    settings = configuration(one_account=one_account, regions=dict.fromkeys(PLACES, region), bounded=bounded)
    stacks = synthesized(settings, tmp_path)
    found = agreed(stacks, bounded=bounded)
    assert len(stacks) == (1 + len(STAGES) if region == "us-east-1" else 2 + 2 * len(STAGES))
    assert environments(stacks) == documented(settings)
    if region != "us-east-1":
        assert [row for row in KEY_USES if row not in found.used and row.kind != "AWS::CodePipeline::Pipeline"] == []
