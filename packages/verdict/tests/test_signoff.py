from dataclasses import replace

import pytest

from cdk_verdict import Kind, Observation, Outcome, VerdictError, verdict_of
from cdk_verdict.gates.owners import read_owners
from cdk_verdict.signoff import SignOff, read_signoffs, settle

OWNERS = read_owners({".github/CODEOWNERS": b"/signed/ @security\n"})
STOP = Observation(kind=Kind.LOSS, severity=Outcome.STOPPED, sentence="a", todo="b", stage="Shop/Prod", before="x")
LOOK = replace(STOP, severity=Outcome.NEEDS_LOOK, before="y")
PROD = ("Shop/Prod",)


def signed(observation: Observation, *, file: str = "signed/prod.yaml", stages: tuple[str, ...] = PROD) -> SignOff:
    return SignOff(digest=observation.digest, stages=stages, reason="because it is right", file=file)


def test_signed_observations_leave_the_verdict() -> None:
    found = settle(verdict_of([STOP, LOOK]), [signed(STOP), signed(LOOK)], owners=OWNERS)
    assert (found.outcome, len(found.signed), found.stale) == (Outcome.CLEAN, 2, ())


def test_stopped_change_needs_a_file_that_base_protects() -> None:
    found = settle(verdict_of([STOP, LOOK]), [signed(STOP, file="a.yaml"), signed(LOOK, file="a.yaml")], owners=OWNERS)
    assert found.outcome is Outcome.STOPPED
    assert [each.digest for each in found.unowned] == [STOP.digest]
    assert [each for each, _ in found.signed] == [LOOK]


def test_sign_off_for_another_stage_or_content_settles_nothing() -> None:
    other = replace(STOP, before="z")
    entries = [signed(STOP, stages=("Shop/Dev",)), signed(other)]
    assert settle(verdict_of([STOP]), entries, owners=OWNERS).outcome is Outcome.STOPPED


def test_sign_off_of_a_file_needs_no_stage() -> None:
    gate = replace(STOP, stage="", kind=Kind.GATE)
    assert settle(verdict_of([gate]), [signed(gate, stages=())], owners=OWNERS).outcome is Outcome.CLEAN


def test_digest_stays_when_a_sentence_is_reworded_and_changes_with_the_content() -> None:
    assert replace(STOP, sentence="other", todo="other").digest == STOP.digest
    assert replace(STOP, after="other").digest != STOP.digest


def test_sign_off_is_stale_once_every_stage_runs_the_content() -> None:
    both = signed(STOP, stages=("Shop/Dev", "Shop/Prod"))
    delivered: dict[str, list[str]] = {"Shop/Dev": [], "Shop/Prod": []}
    found = settle(verdict_of([]), [both], owners=OWNERS, pending=delivered)
    assert (found.stale, found.outcome) == ((both,), Outcome.STOPPED)


@pytest.mark.parametrize("pending", [None, {}, {"Shop/Prod": [STOP.digest]}])
def test_sign_off_is_valid_while_a_stage_may_not_run_the_content(pending: dict[str, list[str]] | None) -> None:
    assert settle(verdict_of([]), [signed(STOP)], owners=OWNERS, pending=pending).stale == ()


def test_file_is_read_into_sign_offs() -> None:
    text = "- {digest: abc, stages: [Shop/Prod], reason: ' The data moved to another account. '}"
    (found,) = read_signoffs(text, file="a.yaml")
    assert found == SignOff(digest="abc", stages=PROD, reason="The data moved to another account.", file="a.yaml")
    assert read_signoffs("", file="a.yaml") == ()


REASON = "reason: because it is right so"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[", "a.yaml: not YAML"),
        ("a: b", "a.yaml: not a list"),
        ("- 3", "entry 1: not an object"),
        ("- {digest: a}", "entry 1: not an object"),
        (f"- {{digest: 3, stages: [], {REASON}}}", "digest is a text"),
        (f"- {{digest: a, stages: b, {REASON}}}", "digest is a text"),
        (f"- {{digest: a, stages: [3], {REASON}}}", "digest is a text"),
        ("- {digest: a, stages: [], reason: short}", "shorter than 20"),
        (f"- {{digest: a, stages: [], {REASON}}}\n" * 2, "signed off twice"),
    ],
)
def test_wrong_file_is_one_line(text: str, what: str) -> None:
    with pytest.raises(VerdictError) as caught:
        read_signoffs(text, file="a.yaml")
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)
