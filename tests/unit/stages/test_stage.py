from pathlib import Path

from stages.stage import TapStage
from tests.synthesis import new_app
from tests.unit.tap_stack.workload import Workload


def test_a_stage_holds_one_workload_in_its_account_and_hands_on_its_outputs(stage: Workload, tmp_path: Path) -> None:
    settings = stage.settings
    built = TapStage(new_app(tmp_path), settings.construct_id, settings=settings)
    assert (built.account, built.region) == (settings.account, settings.region)
    assert built.outputs["S3BucketName"].stack is built.stack
    assert built.settings is settings
    assert built.stack.stack_name == settings.stack_name
    assert {output.node.id for output in built.outputs.values()} == set(built.outputs)
