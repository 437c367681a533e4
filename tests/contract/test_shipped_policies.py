import json
from pathlib import Path

import pytest

from cdk_rehearsal.access.simulation import refusals
from cdk_rehearsal.access.targets import Place
from tests.stages import configured_stages
from tests.synthesis import ROOT, template_of


@pytest.mark.parametrize(
    ("name", "stack", "address"),
    [
        ("tools", "TapPipeline", "TapPipeline"),
        *(("stage", stage.stack_name, f"TapPipeline/{stage.construct_id}/Tap") for stage in configured_stages()),
    ],
)
def test_the_shipped_policies_let_everything_be_made_changed_deleted_and_tagged(
    name: str, stack: str, address: str, assembly: Path
) -> None:
    files = sorted((ROOT / "bootstrap").glob(f"{name}*.json"))
    assert files
    documents = {path.name: json.loads(path.read_text()) for path in files}
    place = Place(stack=stack, account="222222222222", region="us-east-1")
    assert refusals(place, template_of(assembly, address), documents) == []
    other = Place(stack=stack.replace("ap", "op"), account="222222222222", region="us-east-1")
    assert refusals(other, template_of(assembly, address), documents) != []
