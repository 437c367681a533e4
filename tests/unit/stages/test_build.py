from dataclasses import replace

import pytest

from pipeline.settings import Place
from stages.build import stage_settings
from stages.profiles import DISPOSABLE, RETAINED
from tap_stack.settings import StageProfile, StageSettings

ONE, OTHER = (Place(account=digit * 12, region="us-east-1") for digit in "23")
TOOLS = "111111111111"
UNWATCHED = replace(RETAINED, enhanced_monitoring=False)


def built(places: dict[str, Place], **table: StageProfile) -> dict[str, StageSettings]:
    found = stage_settings(places, tools_account=TOOLS, table=table)
    return {stage.name: stage for stage in found}


def test_stage_has_its_place_and_its_row() -> None:
    stages = built({"b": ONE, "a": OTHER}, a=RETAINED, b=replace(DISPOSABLE, nat_gateways=2))
    assert list(stages) == ["b", "a"]
    assert (stages["b"].account, stages["b"].region, stages["b"].tools_account) == (ONE.account, ONE.region, TOOLS)
    assert (stages["b"].nat_gateways, stages["b"].backup_days) == (2, DISPOSABLE.backup_days)
    assert stages["a"].removal_policy is RETAINED.removal_policy
    assert stages["a"].construct_id == "A"


def test_stage_may_live_in_any_region() -> None:
    elsewhere = Place(account=ONE.account, region="eu-west-1")
    stages = built({"one": elsewhere, "two": ONE}, one=DISPOSABLE, two=RETAINED)
    assert stages["one"].stacks == ("us-east-1/one-tap-firewall", "eu-west-1/one-tap")
    assert stages["two"].stacks == ("us-east-1/two-tap",)


def test_physical_names_differ_in_one_account() -> None:
    one, two = built({"one": ONE, "two": ONE}, one=DISPOSABLE, two=RETAINED).values()
    assert one.stack_name != two.stack_name
    assert one.check_role_name != two.check_role_name


@pytest.mark.parametrize(
    ("rows", "owner"),
    [
        ({"a": DISPOSABLE, "b": DISPOSABLE, "c": RETAINED}, "c"),
        ({"a": RETAINED, "b": DISPOSABLE, "c": DISPOSABLE}, "a"),
        ({"a": RETAINED, "b": RETAINED, "c": DISPOSABLE}, "b"),
        ({"a": DISPOSABLE, "b": DISPOSABLE}, "b"),
        ({"a": DISPOSABLE, "b": UNWATCHED}, "a"),
    ],
)
def test_one_stage_per_account_and_region_owns_the_monitoring_log_group(
    rows: dict[str, StageProfile], owner: str
) -> None:
    stages = built(dict.fromkeys(rows, ONE), **rows)
    assert [name for name, stage in stages.items() if stage.enhanced_monitoring] == [owner]


def test_stages_in_different_accounts_or_regions_each_have_monitoring() -> None:
    elsewhere = Place(account=ONE.account, region="eu-west-1")
    stages = built({"a": ONE, "b": OTHER, "c": elsewhere}, a=DISPOSABLE, b=DISPOSABLE, c=RETAINED)
    assert all(stage.enhanced_monitoring for stage in stages.values())


def test_row_may_switch_monitoring_off() -> None:
    (stage,) = built({"a": ONE}, a=UNWATCHED).values()
    assert stage.enhanced_monitoring is False
