from cdk_review.comparing.signing import FILE, read_entries
from tests.synthesis import ROOT


def test_the_repositorys_own_file_agrees_to_nothing_yet() -> None:
    assert read_entries(ROOT / FILE) == ()
