import inspect
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from tap_stack.settings import EDGE_REGION, StageProfile, StageSettings
from tests.unit.tap_stack.workload import Workload


def test_outside_of_the_region_of_web_acls_the_firewall_has_a_stack_of_its_own(stage: Workload) -> None:
    assert replace(stage.settings, region=EDGE_REGION).firewall_stack_name is None
    elsewhere = replace(stage.settings, region="eu-west-1")
    assert elsewhere.firewall_stack_name == f"{stage.settings.stack_name}-firewall"


def test_settings_do_not_change(stage: Workload) -> None:
    with pytest.raises(FrozenInstanceError):
        stage.settings.multi_az = True  # type: ignore[misc] # what the test is about


def test_physical_names_of_stages_in_one_account_differ(workloads: list[Workload]) -> None:
    names = [workload.settings.stack_name for workload in workloads]
    assert names == [f"{workload.settings.name}-tap" for workload in workloads]
    assert len({workload.settings.check_role_name for workload in workloads}) == len(workloads)


def test_the_stack_has_the_name_of_its_settings(stage: Workload) -> None:
    assert stage.manifest["stackName"] == stage.settings.stack_name


def test_every_setting_is_explained() -> None:
    documentation = "\n".join(inspect.cleandoc(each.__doc__ or "") for each in (StageProfile, StageSettings))
    for field in fields(StageSettings):
        assert f"\n    {field.name}: " in documentation
