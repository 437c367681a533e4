"""A synth asks nobody, and is set up as the pinned library recommends."""

import json
import tarfile
from pathlib import Path

import aws_cdk

from stages.table import STAGES
from tests.synthesis import committed_context


def test_a_synth_asks_no_account_for_anything(assembly: Path) -> None:
    manifests = [json.loads(path.read_text()) for path in assembly.rglob("manifest.json")]
    assert len(manifests) == 1 + len(STAGES)
    assert [manifest["missing"] for manifest in manifests if "missing" in manifest] == []


def test_the_feature_flags_are_those_that_the_pinned_library_recommends() -> None:
    (package,) = (Path(aws_cdk.__file__).parent / "_jsii").glob("aws-cdk-lib@*.jsii.tgz")
    with tarfile.open(package, mode="r|gz") as archive:
        member = next(member for member in archive if member.name == "package/recommended-feature-flags.json")
        file = archive.extractfile(member)
        assert file is not None
        recommended = json.load(file)
    flags = {name: value for name, value in committed_context().items() if name != "delivery"}
    assert flags == recommended
