import inspect
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from tap_stack.settings import StageSettings
from tests.unit.tap_stack.workload import Workload


def test_outside_of_the_region_of_web_acls_the_firewall_has_a_stack_of_its_own(dev: Workload) -> None:
    assert dev.settings.firewall_stack_name is None
    assert replace(dev.settings, region="eu-west-1").firewall_stack_name == "dev-tap-firewall"


def test_settings_do_not_change(dev: Workload) -> None:
    with pytest.raises(FrozenInstanceError):
        dev.settings.multi_az = True  # type: ignore[misc] # what the test is about


def test_physical_names_of_stages_in_one_account_differ(dev: Workload, prod: Workload) -> None:
    assert (dev.settings.stack_name, prod.settings.stack_name) == ("dev-tap", "prod-tap")
    assert dev.settings.check_role_name != prod.settings.check_role_name


def test_the_stack_has_the_name_of_its_settings(stage: Workload) -> None:
    assert stage.manifest["stackName"] == stage.settings.stack_name


def test_every_setting_is_explained() -> None:
    documentation = inspect.cleandoc(StageSettings.__doc__ or "")
    for field in fields(StageSettings):
        assert f"\n    {field.name}: " in documentation
