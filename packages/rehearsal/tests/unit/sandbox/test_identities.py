import os
from pathlib import Path

import pytest

from cdk_rehearsal.sandbox import identities
from cdk_rehearsal.sandbox.identities import identity_map, write_maps

KNOWN = "         0     100000      65536\n     70000     200000          1\n"


def test_ordinary_user_is_mapped_to_itself() -> None:
    assert identity_map(1000, KNOWN, privileged=False) == "1000 1000 1\n"


def test_root_keeps_every_id_of_its_namespace() -> None:
    assert identity_map(0, KNOWN, privileged=True) == "0 0 65536\n70000 70000 1\n"


@pytest.mark.parametrize(("privileged", "denied"), [(True, False), (False, True)])
def test_maps_are_written_for_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, privileged: bool, denied: bool
) -> None:
    monkeypatch.setattr(identities, "Path", lambda _: tmp_path)
    write_maps(7, known=(KNOWN, KNOWN), privileged=privileged)
    assert (tmp_path / "uid_map").read_text() == identity_map(os.geteuid(), KNOWN, privileged=privileged)
    assert (tmp_path / "gid_map").read_text() == identity_map(os.getegid(), KNOWN, privileged=privileged)
    assert (tmp_path / "setgroups").exists() is denied
