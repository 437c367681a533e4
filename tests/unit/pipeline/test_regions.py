"""Settings name no Region in which a first deployment would fail."""

import copy
from typing import Any

import pytest
from aws_cdk.region_info import RegionInfo

from pipeline.errors import SettingsError
from pipeline.reading import read_settings
from pipeline.regions import PIPELINE_REGIONS, STAGE_REGIONS
from stages.table import STAGES
from tests.synthesis import SETTINGS

OPT_IN = sorted(region.name for region in RegionInfo.regions if region.partition == "aws" and region.is_opt_in_region)
ELSEWHERE = sorted(region.name for region in RegionInfo.regions if region.partition != "aws")


def rejection(*place: str, region: str) -> str:
    context: dict[str, Any] = copy.deepcopy(dict(SETTINGS))
    inside = context
    for name in place:
        inside = inside[name]
    inside["region"] = region
    with pytest.raises(SettingsError) as error:
        read_settings(context=context, environ={}, rows=STAGES)
    return str(error.value)


def test_stage_regions_are_those_that_aws_enables_by_default() -> None:
    known = {region.name for region in RegionInfo.regions}
    assert known == {*STAGE_REGIONS, *OPT_IN, *ELSEWHERE}
    assert min(len(OPT_IN), len(ELSEWHERE)) > 5


@pytest.mark.parametrize("region", [*OPT_IN, *ELSEWHERE])
@pytest.mark.parametrize("place", [("tools",), *(("stages", name) for name in SETTINGS["stages"])], ids="-".join)
def test_region_without_a_needed_feature_is_rejected_in_one_line(place: tuple[str, ...], region: str) -> None:
    line = rejection(*place, region=region)
    assert line.startswith(f"delivery.{'.'.join(place)}.region: {region!r} is not a Region that ")
    assert line.count("\n") == 0


def test_pipeline_region_without_connections_is_rejected_for_tools_alone() -> None:
    assert {"ap-northeast-3"} == STAGE_REGIONS - PIPELINE_REGIONS
    assert "ap-northeast-3" not in rejection("tools", region="ap-northeast-3").partition("use")[2]
    first = next(iter(SETTINGS["stages"]))
    osaka = {"account": "222222222222", "region": "ap-northeast-3"}
    context = {**SETTINGS, "stages": {**SETTINGS["stages"], first: osaka}}
    read = read_settings(context=context, environ={}, rows=STAGES)
    assert read.stages[first].region == "ap-northeast-3"


def test_connection_of_another_partition_is_rejected() -> None:
    arn = SETTINGS["connection_arn"].replace("arn:aws:", "arn:aws-cn:")
    with pytest.raises(SettingsError, match=r"^delivery\.connection_arn: 'arn:aws-cn:"):
        read_settings(context={**SETTINGS, "connection_arn": arn}, environ={}, rows=STAGES)
