from cdk_verdict.signoff import FILE, read_signoffs
from tests.synthesis import ROOT


def test_repository_signs_nothing_off_yet() -> None:
    assert read_signoffs((ROOT / FILE).read_bytes(), file=FILE) == ()
