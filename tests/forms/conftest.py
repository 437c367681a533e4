import pytest

from tests.forms.clones import Copy


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """This repository's copy, which every documented change is applied to."""
    return Copy.make(tmp_path_factory.mktemp("copy"))
