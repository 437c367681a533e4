from pathlib import Path

from cdk_rehearsal.sandbox.specification import Listener, Mount, Specification


def test_specification_survives_its_file(tmp_path: Path) -> None:
    specification = Specification(
        root="/root",
        mounts=(Mount(source="/a", target="/b", writable=True),),
        links=(("/bin", "usr/bin"),),
        folders=("/run",),
        covers=(Mount(source="/c", target="/d"),),
        hidden=("/etc/secret",),
        door="/door.sock",
        listeners=(Listener(role="any", port=443),),
    )
    specification.save(tmp_path / "file")
    assert Specification.parse((tmp_path / "file").read_text()) == specification
