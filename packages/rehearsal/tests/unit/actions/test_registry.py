import pytest

from cdk_rehearsal.actions.registry import PROVIDERS, RULE_PROVIDERS, provider_of
from cdk_rehearsal.engine.definition import ActionType
from cdk_rehearsal.engine.providers import CONDITION_RULES, RULES


def test_what_a_declaration_may_name_is_what_can_be_run() -> None:
    assert PROVIDERS.keys() == RULES.keys()
    assert RULE_PROVIDERS.keys() == CONDITION_RULES.keys()


@pytest.mark.parametrize("kind", [*RULES, *CONDITION_RULES], ids=lambda kind: f"{kind.category} {kind.provider}")
def test_actions_and_rules_are_run_by_their_own_provider(kind: ActionType) -> None:
    assert provider_of(kind) is {**PROVIDERS, **RULE_PROVIDERS}[kind]
