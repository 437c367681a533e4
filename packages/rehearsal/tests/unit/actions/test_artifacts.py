import re

from hypothesis import given
from hypothesis import strategies as st

from cdk_rehearsal.actions.artifacts import object_key

names = st.from_regex(r"[A-Za-z0-9.@_-]{1,100}", fullmatch=True)
LONGEST_KEY = 100


@given(names, names)
def test_keys_are_short_enough_for_the_api_and_never_the_same(pipeline: str, artifact: str) -> None:
    first, second = (object_key(pipeline, artifact) for _ in range(2))
    assert first != second
    assert len(first) <= LONGEST_KEY
    assert re.fullmatch(r"[^/]+/[^/]+/[A-Za-z0-9]{7}", first)
