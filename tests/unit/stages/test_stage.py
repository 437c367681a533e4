from pathlib import Path

from stages.stage import TapStage
from tests.synthesis import new_app
from tests.unit.tap_stack.workload import committed_stages


def test_a_stage_holds_one_workload_in_its_account_and_hands_on_its_outputs(tmp_path: Path) -> None:
    settings = committed_stages()["dev"]
    stage = TapStage(new_app(tmp_path), "Dev", settings=settings)
    assert (stage.account, stage.region) == (settings.account, settings.region)
    assert stage.outputs["S3BucketName"].stack is stage.stack
    assert stage.settings is settings
    assert stage.stack.stack_name == "dev-tap"
    assert {output.node.id for output in stage.outputs.values()} == set(stage.outputs)
