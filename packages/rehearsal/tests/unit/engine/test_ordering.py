from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.samples import approval

from cdk_rehearsal.engine.definition import Stage
from cdk_rehearsal.engine.ordering import groups

run_orders = st.lists(st.integers(min_value=1, max_value=999), min_size=1, max_size=12)


def stage(orders: list[int]) -> Stage:
    return Stage(
        name="Stage", actions=tuple(approval(f"Action{index}", run_order=order) for index, order in enumerate(orders))
    )


@given(run_orders)
def test_every_action_runs_once(orders: list[int]) -> None:
    names = [action.name for group in groups(stage(orders)) for action in group]
    assert sorted(names) == sorted(f"Action{index}" for index in range(len(orders)))


@given(run_orders)
def test_only_actions_of_one_run_order_run_side_by_side(orders: list[int]) -> None:
    found = [{action.run_order for action in group} for group in groups(stage(orders))]
    assert all(len(group) == 1 for group in found)
    assert [group.pop() for group in found] == sorted(set(orders))


@given(run_orders)
def test_actions_side_by_side_keep_their_declared_order(orders: list[int]) -> None:
    for group in groups(stage(orders)):
        numbers = [int(action.name.removeprefix("Action")) for action in group]
        assert numbers == sorted(numbers)
