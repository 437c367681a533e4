from rehearsal.actions.registry import PROVIDERS
from rehearsal.engine.providers import RULES


def test_what_a_declaration_may_name_is_what_can_be_run() -> None:
    assert PROVIDERS.keys() == RULES.keys()
