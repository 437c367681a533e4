from cdk_rehearsal.sandbox.identities import identity_map

KNOWN = "         0     100000      65536\n     70000     200000          1\n"


def test_ordinary_user_is_mapped_to_itself() -> None:
    assert identity_map(1000, KNOWN, privileged=False) == "1000 1000 1\n"


def test_root_keeps_every_id_of_its_namespace() -> None:
    assert identity_map(0, KNOWN, privileged=True) == "0 0 65536\n70000 70000 1\n"
