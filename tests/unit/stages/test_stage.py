from pathlib import Path

from stages.stage import TapStage
from tests.unit.tap_stack.synthesis import new_app, settings_of_the_table


def test_a_stage_holds_one_workload_in_its_account_and_hands_on_its_outputs(tmp_path: Path) -> None:
    settings, _ = settings_of_the_table()
    stage = TapStage(new_app(str(tmp_path)), "Dev", settings=settings)
    assert (stage.account, stage.region) == (settings.account, settings.region)
    assert stage.outputs["S3BucketName"].stack is stage.stack
    assert stage.settings is settings
    assert [stack.stack_name for stack in [stage.stack]] == ["dev-tap"]
    assert {output.node.id for output in stage.outputs.values()} == set(stage.outputs)
