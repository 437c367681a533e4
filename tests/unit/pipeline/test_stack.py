import pytest

from pipeline.settings import Place
from pipeline.stack import description
from stages.build import stage_settings
from stages.profiles import DISPOSABLE, RETAINED
from tap_stack.settings import StageProfile

ONE = Place(account="222222222222", region="us-east-1")


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ({"a": DISPOSABLE}, "The delivery: carries every push to a"),
        ({"a": RETAINED}, "The delivery: carries every push, after approval, to a"),
        ({"a": DISPOSABLE, "b": DISPOSABLE}, "The delivery: carries every push through a and to b"),
        (
            {"a": DISPOSABLE, "b": DISPOSABLE, "c": RETAINED},
            "The delivery: carries every push through a, b and, after approval, to c",
        ),
    ],
)
def test_description_names_the_stages_in_order(rows: dict[str, StageProfile], text: str) -> None:
    stages = stage_settings(dict.fromkeys(rows, ONE), tools_account="111111111111", table=rows)
    assert description(stages) == text
